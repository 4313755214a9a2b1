import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import { authorizationRequest, obtainCode, REDIRECT_URI, registerClient } from '../../support/http/oauth-requests.ts';

const cloud = sharedCloud();

/** One request to every endpoint, and whether the response is a page or JSON. */
const ANSWERS: [string, 'page' | 'json', () => Promise<Response>][] = [
  ['/authorize', 'page', async () => fetch(authorizationRequest(cloud, await registerClient(cloud)).url)],
  [
    '/authorize, an error',
    'page',
    () => fetch(`${cloud.origin}/authorize?client_id=unknown`, { headers: { accept: 'text/html' } }),
  ],
  ['/authorize, an error for a program', 'json', () => fetch(`${cloud.origin}/authorize?client_id=unknown`)],
  ['/consent, an error', 'page', () => fetch(`${cloud.origin}/consent`, { method: 'POST' })],
  ['/callback, an error', 'page', () => fetch(`${cloud.origin}/callback/company?state=x&code=y`)],
  ['/token, an error', 'json', () => fetch(`${cloud.origin}/token`, { method: 'POST' })],
  ['/register, an error', 'json', () => fetch(`${cloud.origin}/register`, { method: 'POST' })],
  ['/revoke, an error', 'json', () => fetch(`${cloud.origin}/revoke`, { method: 'POST' })],
  ['/introspect, an error', 'json', () => fetch(`${cloud.origin}/introspect`, { method: 'POST' })],
  ['/userinfo, an error', 'json', () => fetch(`${cloud.origin}/userinfo`)],
  ['/health', 'json', () => fetch(`${cloud.origin}/health`)],
  ['jwks', 'json', () => fetch(`${cloud.origin}/.well-known/jwks.json`)],
  ['metadata', 'json', () => fetch(`${cloud.origin}/.well-known/oauth-authorization-server`)],
];

describe('Headers of every response (#51, #132, #211)', () => {
  it.each(ANSWERS)('%s', async (_endpoint, kind, ask) => {
    const { headers, status } = await ask();
    expect(status).toBeLessThan(500);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
    if (kind === 'json') {
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      return;
    }
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    // The consent form needs an Origin, which browsers blank under no-referrer.
    expect(headers.get('referrer-policy')).toMatch(/^(no-referrer|same-origin)$/);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('Token endpoint over HTTP (RFC 6749 §3.2)', () => {
  it('#57: parameters of the query are ignored and consume nothing', async () => {
    const client = await registerClient(cloud);
    const { code, codeVerifier } = await obtainCode(cloud, client);
    const parameters = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: client.client_id,
      redirect_uri: REDIRECT_URI,
      code,
      code_verifier: codeVerifier,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const byQuery = await fetch(`${cloud.origin}/token?${parameters}`, { method: 'POST', headers });
    const { error } = (await byQuery.json()) as { error: string };
    expect([byQuery.status, error]).toEqual([400, 'invalid_request']);
    expect((await fetch(`${cloud.origin}/token?${parameters}`)).status).toBe(404);
    expect((await fetch(`${cloud.origin}/token`, { method: 'POST', headers, body: parameters })).status).toBe(200);
  });

  it('#64: any origin may read the response, but without credentials', async () => {
    const { headers } = await fetch(`${cloud.origin}/token`, {
      method: 'POST',
      headers: { origin: 'https://evil.test', 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });
});
