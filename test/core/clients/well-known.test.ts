import type { Client } from '../../../lambdas/core/clients/client.ts';
import { parseClientDocument } from '../../../lambdas/core/clients/document.ts';
import { WELL_KNOWN_CLIENT_IDS, wellKnownClientDocument } from '../../../lambdas/core/clients/well-known.ts';

const clientOf = (document: unknown, clientId: string): Client => {
  const result = parseClientDocument(clientId, JSON.stringify(document), 1_790_000_000);
  if (!result.ok) throw new Error(`${result.rule}: ${result.detail}`);
  return result.client;
};

describe('documents of real clients, as published in September and October 2026 (#201)', () => {
  const base = {
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  it.each([
    [
      'https://claude.ai/oauth/mcp-oauth-client-metadata',
      {
        ...base,
        client_name: 'Claude',
        client_uri: 'https://claude.ai',
        redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
        grant_types: [...base.grant_types, 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      },
    ],
    [
      'https://claude.ai/oauth/claude-code-client-metadata',
      {
        ...base,
        client_name: 'Claude Code',
        client_uri: 'https://claude.ai',
        redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      },
    ],
    [
      'https://vscode.dev/oauth/client-metadata.json',
      {
        ...base,
        client_name: 'Visual Studio Code',
        logo_uri: 'https://code.visualstudio.com/assets/branding/code-stable.png',
        grant_types: [...base.grant_types, 'urn:ietf:params:oauth:grant-type:device_code'],
        application_type: 'native',
        client_uri: 'https://vscode.dev/product',
        redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
      },
    ],
    [
      'https://github.com/copilot/cli/client-metadata.json',
      {
        client_name: 'GitHub Copilot CLI',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1:33418/'],
      },
    ],
    [
      'https://chatgpt.com/oauth/client.json',
      {
        ...base,
        client_name: 'ChatGPT',
        client_uri: 'https://chatgpt.com/',
        redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
        token_endpoint_auth_signing_alg: 'RS256',
        jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
        logo_uri: 'https://persistent.oaistatic.com/sonic/misc/openai-logo.png',
      },
    ],
    [
      'https://chatgpt.com/oauth/kDmjx77UnKOM/client.json',
      {
        ...base,
        client_name: 'ChatGPT',
        redirect_uris: ['https://chatgpt.com/connector/oauth/kDmjx77UnKOM'],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
        token_endpoint_auth_signing_alg: 'RS256',
        jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
      },
    ],
    [
      'https://cursor.com/oauth/mcp-client.json',
      {
        client_name: 'Cursor',
        token_endpoint_auth_method: 'none',
        redirect_uris: [
          'https://www.cursor.com/agents/mcp/oauth/callback',
          'http://localhost:8787/callback',
          'http://127.0.0.1:8787/callback',
        ],
      },
    ],
    [
      'https://opencode.ai/oauth/opencode/client.json',
      {
        ...base,
        client_name: 'opencode',
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
        token_endpoint_auth_methods_supported: ['none'],
      },
    ],
  ])('%s: all redirect URIs, methods and grant types are accepted, and the shipped copy is equal', (id, members) => {
    const client = clientOf({ client_id: id, ...members }, id);
    expect(client.redirectUris).toEqual(members.redirect_uris);
    expect(client.grantTypes).toEqual(['authorization_code', 'refresh_token']);
    expect(client.tokenEndpointAuthMethods).toEqual('jwks_uri' in members ? ['private_key_jwt', 'none'] : ['none']);
    const shipped = clientOf(JSON.parse(wellKnownClientDocument(id) ?? 'null'), id);
    expect({ ...shipped, redirectUris: shipped.redirectUris.toSorted() }).toEqual({
      ...client,
      redirectUris: client.redirectUris.toSorted(),
    });
  });

  it('every shipped copy is valid, and redirects only to its vendor or to the local machine', () => {
    for (const id of WELL_KNOWN_CLIENT_IDS) {
      const client = clientOf(JSON.parse(wellKnownClientDocument(id) ?? 'null'), id);
      for (const uri of client.redirectUris) {
        expect([new URL(id).hostname, `www.${new URL(id).hostname}`, 'localhost', '127.0.0.1']).toContain(
          new URL(uri).hostname,
        );
      }
    }
  });

  it.each([
    'https://chatgpt.com/oauth/a/b/client.json',
    'https://chatgpt.com/oauth/../client.json',
    'https://evil.example.net/oauth/client.json',
    '__proto__',
    'constructor',
  ])('ships nothing for %s', (id) => {
    expect(wellKnownClientDocument(id)).toBeUndefined();
  });
});
