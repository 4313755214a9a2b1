import { UnavailableError } from '../../../../lambdas/core/oauth-error.ts';
import {
  IDENTIFY_TIMEOUT_MS,
  REQUEST_TIMEOUT_MS,
} from '../../../../lambdas/runtime/adapters/upstream/bounded-fetch.ts';
import { DISCOVERY_TIMEOUT_MS } from '../../../../lambdas/runtime/adapters/upstream/discovery.ts';
import { CLIENT_SECRET, type MisbehavingProvider, sendJson } from '../../../support/providers/misbehaving-provider.ts';
import { callback, credentials, expectReason, identify, provider, relyingParty, useProvider } from './fixture.ts';

useProvider();

describe('A failing provider', () => {
  it.each([
    ['500', (response) => sendJson(response, 500, { error: 'server_error' })],
    ['429', (response) => sendJson(response, 429, { error: 'slow_down' })],
    ['502 with a page', (response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>')],
    ['200 with a page', (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['200 with nothing', (response) => void response.writeHead(200).end()],
    [
      'broken JSON',
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"canary'),
    ],
    ['a closed connection', (response) => void response.destroy()],
    [
      'more than 1 MB',
      (response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(`"${'x'.repeat(1_100_000)}"`),
    ],
  ] satisfies [string, Parameters<MisbehavingProvider['answers']['set']>[1]][])(
    '#162 %s: unavailable, and no word of its answer in ours',
    async (_, answer) => {
      provider.answers.set('/token', answer);
      const error = await identify().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UnavailableError);
      const chain: string[] = [];
      for (let current = error; current instanceof Error; current = current.cause) chain.push(current.message);
      expect(chain.join(' ')).not.toMatch(/canary|<html/);
    },
  );

  it('#166 a redirect of the token request is not followed', async () => {
    provider.answers.set('/token', (response) => void response.writeHead(307, { location: '/elsewhere' }).end());
    await expect(identify()).rejects.toThrow(UnavailableError);
    expect(provider.seen('/elsewhere')).toHaveLength(0);
  });

  it('#161 a hanging response is aborted after five seconds', async () => {
    provider.answers.set(
      '/token',
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    );
    // The answer never ends, so that only the limit can end the request.
    expect(REQUEST_TIMEOUT_MS).toBe(5000);
    await expect(identify()).rejects.toThrow(UnavailableError);
  });

  it('#161 discovery and all requests of a login together take less than ten seconds', () => {
    expect(REQUEST_TIMEOUT_MS).toBeLessThanOrEqual(IDENTIFY_TIMEOUT_MS);
    expect(DISCOVERY_TIMEOUT_MS + IDENTIFY_TIMEOUT_MS).toBeLessThan(10_000);
  });

  it('a refused code is a refusal', async () => {
    provider.answers.set('/token', (response) => sendJson(response, 400, { error: 'invalid_grant' }));
    await expectReason(identify(), 'rejected');
  });

  it.each([
    ['#165 another issuer', { issuer: 'https://evil.test' }],
    ['#165 no token endpoint', { token_endpoint: undefined }],
    ['#165 an endpoint that is not a URL', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('discovery with %s is refused', async (_, metadata) => {
    provider.metadata = metadata;
    await expectReason(relyingParty().prepare(), 'rejected');
  });

  it('#165 discovery that is down, or a page, is an outage', async () => {
    for (const status of [500, 404, 302]) {
      provider.answers.set('/.well-known/openid-configuration', (response) => void response.writeHead(status).end('x'));
      await expect(relyingParty().prepare()).rejects.toThrow(UnavailableError);
    }
  });
});

describe('Our client secret at the provider (#167)', () => {
  it('is read again once when it is refused, and the login continues', async () => {
    provider.secret = 'rotated';
    const reader = credentials(CLIENT_SECRET, 'rotated');
    expect(await identify(callback(), relyingParty(reader))).toMatchObject({ subject: 'person-1' });
    expect([reader.readAgainCount, provider.seen('/token').length]).toEqual([1, 2]);
  });

  it('is not sent again if it has not changed', async () => {
    provider.secret = 'other';
    const reader = credentials();
    await expectReason(identify(callback(), relyingParty(reader)), 'misconfigured');
    expect([reader.readAgainCount, provider.seen('/token').length]).toEqual([1, 1]);
  });

  it('is tried at most twice', async () => {
    provider.secret = 'other';
    await expectReason(identify(callback(), relyingParty(credentials(CLIENT_SECRET, 'also wrong'))), 'misconfigured');
    expect(provider.seen('/token')).toHaveLength(2);
  });
});
