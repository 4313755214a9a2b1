import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// The authorization page of revision 2025-03-26: the MCP server is its own authorization server, there is no resource
// metadata and no resource parameter. The second one is also what Claude does where metadata cannot be read
// (anthropics/claude-ai-mcp#846).

const common = {
  firstRequest: 'POST',
  revision: '2025-03-26',
  identification: {
    kind: 'registration',
    request: { client_name: 'Client of 2025-03-26', redirect_uris: ['http://localhost:{port}/callback'] },
  },
  authorization: { redirectUri: 'http://localhost:{port}/callback', scope: [], resource: 'omitted' },
  token: { method: 'none', resource: false, refreshResource: false },
} as const;

export const firstRevision: readonly ClientProfile[] = [
  {
    ...common,
    name: 'A client of 2025-03-26',
    discovery: {
      headers: { 'mcp-protocol-version': '2025-03-26' },
      resource: [],
      server: ['{origin}/.well-known/oauth-authorization-server'],
    },
    insists: ['S256 is listed', 'every endpoint is on the origin of the MCP server'],
  },
  {
    ...common,
    name: 'A client of 2025-03-26 that guesses /authorize, /token and /register',
    discovery: { headers: {}, resource: [], server: [] },
    insists: ['a public client gets no secret, and hears that its method is none'],
  },
];
