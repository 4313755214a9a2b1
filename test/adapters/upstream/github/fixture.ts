import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NeededClaims } from '../../../../lambdas/core/upstream/claims.ts';
import type { TokenEndpointAuthentication } from '../../../../lambdas/core/upstream/provider-kinds.ts';
import { GithubIdentityProvider } from '../../../../lambdas/runtime/adapters/upstream/github.ts';
import { CLIENT_ID, CLIENT_SECRET, sendJson } from '../../../support/providers/misbehaving-provider.ts';

export const LEG = { state: 'the-state', nonce: 'unused', codeVerifier: 'v'.repeat(43) };
export const NOW = 1_800_000_000;
export const REDIRECT_URI = 'https://gate.example.com/callback/github';

export interface Seen {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export let server: Server;
export let issuer: string;
export const seen: Seen[] = [];
/** Answers by path; a test replaces what it wants to go wrong. */
export const answers = new Map<string, (response: ServerResponse, body: string) => void>();

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    sendJson(response, status, body, headers);

export const page = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
};

/** Starts a server that answers like GitHub for the tests of a file, and resets it before each one. */
export const useGithub = (): void => {
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const path = request.url ?? '';
      seen.push({ path, authorization: request.headers.authorization, body });
      (answers.get(path) ?? answers.get(path.split('?')[0] ?? '') ?? json(404, {}))(response, body);
    });
    server.listen(0, 'localhost');
    await once(server, 'listening');
    issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen.length = 0;
    answers.clear();
    answers.set('/login/oauth/access_token', json(200, { access_token: 'gho_x', token_type: 'bearer', scope: '' }));
    answers.set('/api/v3/user', json(200, { id: 42, login: 'ada', name: 'Ada', email: 'profile@evil.test' }));
    answers.set(
      '/api/v3/user/emails',
      json(200, [
        { email: 'old@example.com', primary: false, verified: true },
        { email: 'ada@example.com', primary: true, verified: true },
      ]),
    );
    answers.set('/api/v3/user/orgs', json(200, [{ login: 'example' }]));
    answers.set('/api/v3/user/teams', json(200, [{ slug: 'admins', organization: { login: 'example' } }]));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
};

export const github = (
  claims: NeededClaims = {},
  fresh = CLIENT_SECRET,
  tokenEndpointAuthentication?: TokenEndpointAuthentication,
) =>
  new GithubIdentityProvider(
    {
      id: 'github',
      issuer,
      scopes: ['read:user', 'user:email'],
      claims,
      redirectUri: REDIRECT_URI,
      tokenEndpointAuthentication,
    },
    {
      read: async () => ({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }),
      readAgain: async () => ({ clientId: CLIENT_ID, clientSecret: fresh }),
    },
    () => NOW,
  );

export const logIn = (parameters: Record<string, string> = {}, idp = github()) =>
  idp.identify(new URLSearchParams({ code: 'upstream-code', state: LEG.state, ...parameters }), LEG);
export const identify = async (...login: Parameters<typeof logIn>) => (await logIn(...login)).identity;

export const expectReason = (result: Promise<unknown>, reason: string) =>
  expect(result).rejects.toMatchObject({ name: 'UpstreamError', reason });

export const paths = () => seen.map(({ path }) => path.split('?')[0]);
