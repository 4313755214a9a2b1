// The Go SDK as an installed application uses it. See conversation.py for what the driver and the run say to each other.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

var (
	responses   = make(chan *auth.AuthorizationResult, 1)
	redirectURI = fmt.Sprintf("http://localhost:%s/callback", os.Getenv("CALLBACK_PORT"))
)

func say(name, value string) {
	line, _ := json.Marshal(map[string]string{name: value})
	fmt.Println(string(line))
}

func listen() {
	http.HandleFunc("/callback", func(_ http.ResponseWriter, request *http.Request) {
		query := request.URL.Query()
		responses <- &auth.AuthorizationResult{Code: query.Get("code"), State: query.Get("state"), Iss: query.Get("iss")}
	})
	go http.ListenAndServe("localhost:"+os.Getenv("CALLBACK_PORT"), nil)
}

func openBrowser(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
	say("open", args.URL)
	select {
	case response := <-responses:
		return response, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func connect(ctx context.Context) (*mcp.ClientSession, error) {
	handler, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		RedirectURL:              redirectURI,
		RequestRefreshToken:      true,
		AuthorizationCodeFetcher: openBrowser,
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{
			Metadata: &oauthex.ClientRegistrationMetadata{
				ClientName:              "Go SDK",
				RedirectURIs:            []string{redirectURI},
				GrantTypes:              []string{"authorization_code", "refresh_token"},
				ResponseTypes:           []string{"code"},
				TokenEndpointAuthMethod: "none",
			},
		},
	})
	if err != nil {
		return nil, err
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "go-sdk", Version: "1"}, nil)
	return client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: os.Getenv("GATEHOUSE_URL"), OAuthHandler: handler}, nil)
}

func call(ctx context.Context, session *mcp.ClientSession, tool string) (string, error) {
	arguments := map[string]any{}
	if tool == "echo" {
		arguments["text"] = "hello"
	}
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		return "", err
	}
	content, ok := result.Content[0].(*mcp.TextContent)
	if !ok || result.IsError {
		return "", fmt.Errorf("the tool answered %v", result.Content[0])
	}
	return content.Text, nil
}

func main() {
	listen()
	ctx := context.Background()
	var session *mcp.ClientSession
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var line struct{ Call string }
		err := json.Unmarshal(lines.Bytes(), &line)
		if err == nil && session == nil {
			session, err = connect(ctx)
		}
		var text string
		if err == nil {
			text, err = call(ctx, session, line.Call)
		}
		if err != nil {
			say("error", fmt.Sprintf("%.1000s", err.Error()))
		} else {
			say("text", text)
		}
	}
}
