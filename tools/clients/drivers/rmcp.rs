//! The Rust SDK as an installed application uses it. See conversation.py for what the driver and the run say to each other.
use std::env;
use std::error::Error;

use rmcp::model::CallToolRequestParams;
use rmcp::service::{RoleClient, RunningService};
use rmcp::transport::auth::{AuthClient, AuthorizationRequest, OAuthState};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::ServiceExt;
use serde_json::{json, Value};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

type Failure = Box<dyn Error + Send + Sync>;
type Session = RunningService<RoleClient, ()>;

fn say(message: Value) {
    println!("{message}");
}

/// Listens for one authorization response (RFC 8252 §7.3) and returns its URL.
async fn response_at(listener: &TcpListener, redirect_uri: &str) -> Result<String, Failure> {
    let (mut stream, _) = listener.accept().await?;
    let mut line = String::new();
    BufReader::new(&mut stream).read_line(&mut line).await?;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await?;
    let query = line.split(' ').nth(1).and_then(|target| target.split_once('?')).map_or("", |(_, query)| query);
    Ok(format!("{redirect_uri}?{query}"))
}

async fn connect() -> Result<Session, Failure> {
    let url = env::var("GATEHOUSE_URL")?;
    let port: u16 = env::var("CALLBACK_PORT")?.parse()?;
    let redirect_uri = format!("http://localhost:{port}/callback");
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;

    let mut state = OAuthState::new(&url, None).await?;
    state.start_authorization(AuthorizationRequest::new(&redirect_uri).with_client_name("rmcp")).await?;
    say(json!({ "open": state.get_authorization_url().await? }));
    state.handle_callback_url(&response_at(&listener, &redirect_uri).await?).await?;

    let manager = state.into_authorization_manager().ok_or("the login did not end")?;
    let client = AuthClient::new(reqwest::Client::default(), manager);
    let transport =
        StreamableHttpClientTransport::with_client(client, StreamableHttpClientTransportConfig::with_uri(url));
    Ok(().serve(transport).await?)
}

async fn call(session: &Session, tool: String) -> Result<String, Failure> {
    let arguments = if tool == "echo" { json!({ "text": "hello" }) } else { json!({}) };
    let parameters = CallToolRequestParams::new(tool)
        .with_arguments(arguments.as_object().cloned().unwrap_or_default());
    let result = session.call_tool(parameters).await?;
    let text = result.content.first().and_then(|content| content.as_text()).map(|text| text.text.to_string());
    match text {
        Some(text) if result.is_error != Some(true) => Ok(text),
        other => Err(format!("the tool answered {other:?}").into()),
    }
}

async fn answer(session: &mut Option<Session>, line: &str) -> Result<String, Failure> {
    let line: Value = serde_json::from_str(line)?;
    if session.is_none() {
        *session = Some(connect().await?);
    }
    let session = session.as_ref().ok_or("there is no session")?;
    call(session, line["call"].as_str().unwrap_or_default().to_owned()).await
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut session = None;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        match answer(&mut session, &line).await {
            Ok(text) => say(json!({ "text": text })),
            Err(error) => say(json!({ "error": format!("{error:?}").chars().take(1000).collect::<String>() })),
        }
    }
    Ok(())
}
