import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// microsoft/vscode: src/vs/base/common/oauth.ts and src/vs/workbench/api/common/extHostAuthentication.ts. The document
// at vscode.dev was not read live.

const common = {
  firstRequest: 'POST',
  revision: '2025-11-25',
  discovery: {
    headers: { accept: 'application/json', 'mcp-protocol-version': '2025-11-25' },
    // If the challenge has a metadata URL, it uses no other.
    resource: ['{challenge}'],
    server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
  },
  // Neither /token request has a resource parameter, so Gatehouse uses the one of the code and the grant.
  token: { method: 'none', resource: false, refreshResource: false },
} as const;

const authorization = { scope: ['challenge', 'resource'], resource: 'metadata' } as const;

const INSISTS = [
  'the resource is the URL that the user typed, both through URL()',
  'the code can be cut out of the query without decoding',
  'the scope of the tokens is said',
] as const;

const REGISTRATION = {
  client_name: 'Visual Studio Code',
  client_uri: 'https://code.visualstudio.com',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: [
    'https://insiders.vscode.dev/redirect',
    'https://vscode.dev/redirect',
    'http://127.0.0.1/',
    'http://127.0.0.1:33418/',
  ],
  scope: 'mcp',
  token_endpoint_auth_method: 'none',
  application_type: 'native',
} as const;

const REGISTERED_INSISTS = [
  ...INSISTS,
  'every redirect URI that it registered comes back, and in its order',
  'a public client gets no secret, and hears that its method is none',
] as const;

export const vscode: readonly ClientProfile[] = [
  {
    ...common,
    name: 'VS Code, by its metadata document',
    identification: {
      kind: 'document',
      url: 'vscode.dev/oauth/client-metadata.json',
      document: {
        client_name: 'Visual Studio Code',
        client_uri: 'https://code.visualstudio.com',
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      },
    },
    authorization: { ...authorization, redirectUri: 'http://127.0.0.1:33418/' },
    insists: ['metadata documents and public clients are both announced', ...INSISTS],
  },
  {
    ...common,
    name: 'VS Code, by registration, when its own port is taken',
    identification: { kind: 'registration', request: REGISTRATION },
    authorization: { ...authorization, redirectUri: 'http://127.0.0.1:{port}/' },
    insists: REGISTERED_INSISTS,
  },
  {
    ...common,
    name: 'VS Code, by registration, back through vscode.dev',
    identification: { kind: 'registration', request: REGISTRATION },
    authorization: {
      ...authorization,
      redirectUri: 'https://vscode.dev/redirect',
      // The URL that vscode.dev opens next. It must be returned unchanged, or the window never gets the response.
      state: 'vscode://dynamicauthprovider/localhost:4800/authorize?nonce%3D0f1e2d3c4b5a6978%26windowId%3D1',
    },
    insists: REGISTERED_INSISTS,
  },
];
