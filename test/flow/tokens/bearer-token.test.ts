import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { request } from 'node:http';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import {
  FOREIGN_KEY,
  hs256,
  partsOf,
  plausibleClaims,
  rs256,
  tampered,
  unsigned,
} from '../../support/credentials/forged-token.ts';
import { bearerChallenge } from '../../support/http/challenge.ts';
import { callMcp, obtainSession, type Session } from '../../support/http/oauth-requests.ts';

const cloud = sharedCloud();
const AT_JWT = { alg: 'RS256', typ: 'at+jwt' };

let session: Session;
let publicJwk: JsonWebKey & { kid: string };
beforeAll(async () => {
  session = await obtainSession(cloud);
  const jwks = (await (await fetch(`${cloud.origin}/.well-known/jwks.json`)).json()) as { keys: (typeof publicJwk)[] };
  publicJwk = jwks.keys[0] as typeof publicJwk;
});

const expectChallenge = async (token: string | undefined, headers: Record<string, string> = {}) => {
  const answer = await callMcp(cloud.mcpUrl, token, undefined, headers);
  expect(answer.status).toBe(401);
  expect(bearerChallenge(answer.headers)).toMatchObject({
    resource_metadata: `${cloud.origin}/.well-known/oauth-protected-resource/mcp`,
    scope: expect.stringMatching(/\bmcp\b/),
  });
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(answer.headers.get('access-control-expose-headers')?.toLowerCase()).toContain('www-authenticate');
};

describe('Protected resource: 401 with the challenge of RFC 9728 §5.1', () => {
  const good = () => partsOf(session.accessToken);
  const publicKeyPem = () => createPublicKey({ key: publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });

  const tokens: [string, () => string | undefined][] = [
    ['no token', () => undefined],
    ['garbage', () => 'garbage'],
    ['three empty parts', () => '..'],
    ['two tokens (`Bearer a b`)', () => `${session.accessToken} ${session.accessToken}`],
    ['a changed claim', () => tampered(session.accessToken, { claims: { sub: 'root' } })],
    ['a later expiry with the old signature', () => tampered(session.accessToken, { claims: { exp: 9_999_999_999 } })],
    ['#99 another audience', () => tampered(session.accessToken, { claims: { aud: `${cloud.mcpUrl}.evil.test` } })],
    ['#101 another issuer', () => tampered(session.accessToken, { claims: { iss: `${cloud.origin}/` } })],
    ['#93 alg none', () => unsigned(good().header, good().claims, 'none')],
    ['#93 alg None', () => unsigned(good().header, good().claims, 'None')],
    ['#94 HS256 with the public key (PEM)', () => hs256(good().header, good().claims, String(publicKeyPem()))],
    ['#94 HS256 with the public key (n)', () => hs256(good().header, good().claims, String(publicJwk.n))],
    ['PS256 claimed for an RS256 signature', () => tampered(session.accessToken, { header: { alg: 'PS256' } })],
    ['#95 an unknown key', () => rs256({ ...AT_JWT, kid: 'unknown' }, plausibleClaims(cloud.origin, cloud.mcpUrl))],
    ['#95 a foreign key with our kid', () => rs256({ ...AT_JWT, kid: publicJwk.kid }, good().claims)],
    ['#95 no kid', () => rs256(AT_JWT, good().claims)],
    ['#95 a kid that is a path', () => rs256({ ...AT_JWT, kid: '../../dev/null' }, good().claims)],
    [
      '#96 a key embedded in the token',
      () => rs256({ ...AT_JWT, kid: 'mine', jwk: FOREIGN_KEY.publicKey.export({ format: 'jwk' }) }, good().claims),
    ],
    ['#97 crit', () => rs256({ ...AT_JWT, kid: publicJwk.kid, crit: ['x'], x: 1 }, good().claims)],
    ['#98 another typ', () => tampered(session.accessToken, { header: { typ: 'JWT' } })],
    ['#87 a refresh token', () => session.refreshToken],
    [
      '#100 a forged ID token of the identity provider',
      () => rs256({ alg: 'RS256', typ: 'JWT' }, plausibleClaims(`http://localhost:${cloud.port + 1}`, 'gatehouse')),
    ],
  ];

  it.each(tokens)('%s', async (_what, token) => {
    await expectChallenge(token());
  });

  it.each([
    ['Basic', 'Basic dXNlcjpwYXNz'],
    ['Bearer without a token', 'Bearer'],
    ['Bearer and spaces', 'Bearer    '],
    ['the bare token', ''],
  ])('Authorization: %s', async (_what, value) => {
    await expectChallenge(undefined, { authorization: value || session.accessToken });
  });

  it('RFC 6750 §2.3: a token in the query is ignored', async () => {
    const answer = await callMcp(`${cloud.mcpUrl}?access_token=${session.accessToken}`, undefined);
    expect(answer.status).toBe(401);
  });

  it('two Authorization headers, one of them valid', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = [
        'authorization',
        `Bearer ${session.accessToken}`,
        'authorization',
        'Bearer x',
        'host',
        new URL(cloud.origin).host,
      ];
      request(cloud.mcpUrl, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  it.each(['GET', 'POST', 'DELETE'])('%s needs a token, on the path and below it', async (method) => {
    for (const path of ['/mcp', '/mcp/', '/mcp/deeper/still']) {
      expect((await fetch(`${cloud.origin}${path}`, { method })).status).toBe(401);
    }
  });
});

describe('Protected resource: accepted requests', () => {
  it('RFC 9110 §11.1: the scheme is case-insensitive', async () => {
    const answer = await callMcp(cloud.mcpUrl, undefined, undefined, {
      authorization: `bEARER ${session.accessToken}`,
    });
    expect(answer.status).toBe(200);
  });

  it('the same token works on every path below the server', async () => {
    expect((await callMcp(`${cloud.mcpUrl}/`, session.accessToken)).status).toBe(200);
    expect((await callMcp(`${cloud.mcpUrl}/deeper`, session.accessToken)).status).toBe(200);
  });

  it("the backend's own 405 to GET and DELETE arrives untouched", async () => {
    const headers = { authorization: `Bearer ${session.accessToken}`, accept: 'text/event-stream' };
    for (const method of ['GET', 'DELETE']) {
      expect((await fetch(cloud.mcpUrl, { method, headers })).status).toBe(405);
    }
  });

  it('CORS: a script of any origin may read the response', async () => {
    const answer = await callMcp(cloud.mcpUrl, session.accessToken, undefined, { origin: 'https://client.example' });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });

  it('CORS: a preflight needs no token and allows what MCP clients send', async () => {
    const response = await fetch(cloud.mcpUrl, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://client.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,mcp-protocol-version,mcp-method,mcp-name',
      },
    });
    expect(response.ok).toBe(true);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const allowed = response.headers.get('access-control-allow-headers')?.toLowerCase().split(/,\s*/) ?? [];
    expect(allowed).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name']),
    );
  });
});
