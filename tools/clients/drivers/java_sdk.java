// The Java SDK, which has no OAuth client: the login is that of Nimbus, which Spring Security uses, too.
// See conversation.py for what the driver and the run say to each other.

import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.AuthorizationResponse;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.client.ClientInformation;
import com.nimbusds.oauth2.sdk.client.ClientMetadata;
import com.nimbusds.oauth2.sdk.client.ClientRegistrationRequest;
import com.nimbusds.oauth2.sdk.client.ClientRegistrationResponse;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.Tokens;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpServer;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Pattern;

class Driver {
  static final URI SERVER = URI.create(System.getenv("GATEHOUSE_URL"));
  static final int CALLBACK_PORT = Integer.parseInt(System.getenv("CALLBACK_PORT"));
  static final URI REDIRECT_URI = URI.create("http://localhost:" + CALLBACK_PORT + "/callback");
  static final BlockingQueue<URI> responses = new LinkedBlockingQueue<>();

  static AuthorizationServerMetadata metadata;
  static ClientInformation client;
  static Tokens tokens;
  static Instant expiresAt;

  static void say(String name, String value) {
    System.out.println(net.minidev.json.JSONObject.toJSONString(Map.of(name, value)));
  }

  static void listen() throws Exception {
    var server = HttpServer.create(new InetSocketAddress("localhost", CALLBACK_PORT), 0);
    server.createContext("/callback", exchange -> {
      responses.add(REDIRECT_URI.resolve(exchange.getRequestURI()));
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
    });
    server.start();
  }

  /** RFC 9728, section 5.1: the challenge names the metadata of the resource. */
  static AuthorizationServerMetadata discover() throws Exception {
    var http = HttpClient.newHttpClient();
    var empty = HttpRequest.newBuilder(SERVER).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
    var challenge = http.send(empty, BodyHandlers.discarding()).headers().firstValue("WWW-Authenticate").orElseThrow();
    var named = Pattern.compile("resource_metadata=\"([^\"]+)\"").matcher(challenge);
    if (!named.find()) throw new IllegalStateException("no resource_metadata in " + challenge);
    var resource = http.send(HttpRequest.newBuilder(URI.create(named.group(1))).build(), BodyHandlers.ofString());
    var issuers = JSONObjectUtils.getStringList(JSONObjectUtils.parse(resource.body()), "authorization_servers");
    return AuthorizationServerMetadata.resolve(new Issuer(issuers.get(0)));
  }

  static ClientInformation register() throws Exception {
    var wanted = new ClientMetadata();
    wanted.setName("Java SDK");
    wanted.setRedirectionURI(REDIRECT_URI);
    wanted.setTokenEndpointAuthMethod(ClientAuthenticationMethod.NONE);
    wanted.setGrantTypes(Set.of(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN));
    var request = new ClientRegistrationRequest(metadata.getRegistrationEndpointURI(), wanted, null);
    var response = ClientRegistrationResponse.parse(request.toHTTPRequest().send());
    if (!response.indicatesSuccess()) throw new IllegalStateException(response.toErrorResponse().getErrorObject().toString());
    return response.toSuccessResponse().getClientInformation();
  }

  static void logIn() throws Exception {
    metadata = discover();
    client = register();
    var verifier = new CodeVerifier();
    var state = new State();
    var request = new AuthorizationRequest.Builder(ResponseType.CODE, client.getID())
        .endpointURI(metadata.getAuthorizationEndpointURI())
        .redirectionURI(REDIRECT_URI)
        .scope(new Scope("mcp"))
        .state(state)
        .codeChallenge(verifier, CodeChallengeMethod.S256)
        .resource(SERVER)
        .build();
    say("open", request.toURI().toString());
    var response = AuthorizationResponse.parse(responses.take());
    if (!response.indicatesSuccess()) throw new IllegalStateException(response.toErrorResponse().getErrorObject().toString());
    if (!state.equals(response.getState()) || !metadata.getIssuer().equals(response.getIssuer())) {
      throw new IllegalStateException("the state or the issuer is another one");
    }
    var code = response.toSuccessResponse().getAuthorizationCode();
    redeem(new AuthorizationCodeGrant(code, REDIRECT_URI, verifier));
  }

  static void redeem(AuthorizationGrant grant) throws Exception {
    var request = new TokenRequest.Builder(metadata.getTokenEndpointURI(), client.getID(), grant).resource(SERVER).build();
    var response = TokenResponse.parse(request.toHTTPRequest().send());
    if (!response.indicatesSuccess()) throw new IllegalStateException(response.toErrorResponse().getErrorObject().toString());
    tokens = response.toSuccessResponse().getTokens();
    expiresAt = Instant.now().plusSeconds(tokens.getAccessToken().getLifetime());
  }

  static McpSyncClient connect() {
    var transport = HttpClientStreamableHttpTransport.builder(SERVER.resolve("/").toString())
        .endpoint(SERVER.getPath())
        .httpRequestCustomizer((request, method, uri, body, context) ->
            request.header("Authorization", tokens.getAccessToken().toAuthorizationHeader()))
        .build();
    var session = McpClient.sync(transport).build();
    session.initialize();
    return session;
  }

  static String call(McpSyncClient session, String tool) throws Exception {
    if (Instant.now().isAfter(expiresAt)) redeem(new RefreshTokenGrant(tokens.getRefreshToken()));
    Map<String, Object> arguments = tool.equals("echo") ? Map.of("text", "hello") : Map.of();
    var result = session.callTool(CallToolRequest.builder(tool).arguments(arguments).build());
    var text = ((TextContent) result.content().get(0)).text();
    if (Boolean.TRUE.equals(result.isError())) throw new IllegalStateException(text);
    return text;
  }

  public static void main(String[] args) throws Exception {
    listen();
    McpSyncClient session = null;
    for (var lines = new Scanner(System.in); lines.hasNextLine();) {
      try {
        var tool = JSONObjectUtils.getString(JSONObjectUtils.parse(lines.nextLine()), "call");
        if (session == null) {
          logIn();
          session = connect();
        }
        say("text", call(session, tool));
      } catch (Exception error) {
        var message = String.valueOf(error);
        say("error", message.substring(0, Math.min(message.length(), 1000)));
      }
    }
    System.exit(0);
  }
}
