import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import {
  authorizationRequest,
  postRegistration,
  REDIRECT_URI,
  type RegisteredClient,
  registerClient,
} from '../../support/http/oauth-requests.ts';
import type { RawAnswer } from '../../support/http/raw-request.ts';
import { rawExchange, requestHead } from '../../support/http/raw-socket.ts';

// Redirect URIs are sent byte for byte, so that no client library normalizes them first.

const cloud = sharedCloud();
const WEB = 'https://good.test/callback';

let client: RegisteredClient;
beforeAll(async () => {
  client = await registerClient(cloud, { client_name: 'Redirects', redirect_uris: [REDIRECT_URI, WEB] });
});

const get = async (target: string): Promise<RawAnswer> => {
  const host = `host: ${new URL(cloud.origin).host}`;
  const head = [host, 'connection: close', 'accept: text/html'];
  const [answer] = await rawExchange(cloud.origin, requestHead(`GET ${target} HTTP/1.1`, head));
  if (answer !== undefined) return answer;
  throw new Error('no answer');
};
const expectPage = ({ status, headers, body }: RawAnswer): void => {
  expect([status, headers.location, headers['set-cookie']]).toEqual([400, undefined, undefined]);
  expect(headers['content-type']).toMatch(/^text\/html/);
  expect(body).not.toMatch(/evil|<form/);
};

/** Two encodings: every character percent-encoded, and as few as a request line allows. */
const writings = (uri: string): string[] => {
  const bare = uri.replace(/[^\x21\x22\x24\x25\x27-\x2a\x2c-\x7e]/gu, (character) => encodeURIComponent(character));
  return [...new Set([encodeURIComponent(uri), bare])];
};
const targetWith = (redirectUri: string): string => {
  const { url } = authorizationRequest(cloud, client, { redirect_uri: undefined });
  return `${url.pathname}${url.search}&redirect_uri=${redirectUri}`;
};

/** None of these is registered. `refused` marks those that the policy does not let a client register. */
const FOREIGN: [row: string, uri: string, policy?: 'refused'][] = [
  ['#1', 'https://evil.test/cb'],
  ['#3', 'https://good.test/callback.evil.com'],
  ['#3', 'https://good.test.evil.com/callback'],
  ['#3', 'https://good.test/callback/'],
  ['#3', 'https://good.test/callback/evil'],
  ['#3', 'https://good.test/callbac'],
  ['#3', 'https://good.test/callback?evil'],
  ['#3', 'https://good.test/callback%20'],
  ['#4', 'https://good.test/callback/../evil', 'refused'],
  ['#4', 'https://good.test/callback/..%2fevil'],
  ['#4', 'https://good.test/callback%252f..%252fevil'],
  ['#4', 'https://good.test/callback/..;/evil'],
  ['#4', 'https://good.test/callback/%2e%2e/evil', 'refused'],
  ['#4', 'https://good.test/evil/../callback', 'refused'],
  ['#5', 'http://localhost:3000@evil.test/callback', 'refused'],
  ['#5', 'https://good.test@evil.test/callback', 'refused'],
  ['#5', 'https://good.test:x@evil.test/callback', 'refused'],
  ['#5', 'https://a@b@good.test/callback', 'refused'],
  ['#5', 'https://@good.test/callback', 'refused'],
  ['#6', 'http://localhost.evil.test:53682/callback', 'refused'],
  ['#6', 'http://127.0.0.1.evil.test:53682/callback', 'refused'],
  ['#6', 'http://127.0.0.1:53682@evil.test/callback', 'refused'],
  ['#6', 'http://127.1:53682/callback', 'refused'],
  ['#6', 'http://2130706433:53682/callback', 'refused'],
  ['#6', 'http://0x7f.0.0.1:53682/callback', 'refused'],
  ['#6', 'http://[::ffff:127.0.0.1]:53682/callback', 'refused'],
  ['#6', 'http://localhost:53682/callback'],
  ['#6', 'http://[::1]:53682/callback'],
  ['#6', 'https://127.0.0.1:53682/callback'],
  ['#6', 'http://127.0.0.1:53682/callback2'],
  ['#6', 'http://127.0.0.1:53682/callback?evil'],
  ['#6', 'http://127.0.0.1:99999/callback', 'refused'],
  ['#8', 'javascript:alert(1)', 'refused'],
  ['#8', 'JaVaScRiPt:alert(1)', 'refused'],
  ['#8', '\tjavascript:alert(1)', 'refused'],
  ['#8', 'java\nscript:alert(1)', 'refused'],
  ['#8', ' data:text/html,x', 'refused'],
  ['#8', '%6aavascript:alert(1)', 'refused'],
  ['#8', '\u0001vbscript:x', 'refused'],
  ['#8', 'blob:https://good.test/x', 'refused'],
  ['#8', 'file:///etc/passwd', 'refused'],
  ['#9', 'http://good.test/callback', 'refused'],
  ['#11', 'https://good.test/callback#x', 'refused'],
  ['#11', 'https://good.test/callback#', 'refused'],
  ['#12', 'HTTPS://good.test/callback', 'refused'],
  ['#12', 'https://GOOD.test/callback'],
  ['#12', 'https://good.test/Callback'],
  ['#12', 'HTTP://127.0.0.1:53682/callback', 'refused'],
  ['#16', '//good.test/callback', 'refused'],
  ['#16', '/\\good.test/callback', 'refused'],
  ['#16', '/callback', 'refused'],
  ['#16', 'https:/good.test/callback', 'refused'],
  ['#16', 'https:\\\\good.test\\callback', 'refused'],
  ['#16', 'https://good.test\\@evil.test/callback', 'refused'],
  ['#16', 'https://good.test/callback\r\nLocation: https://evil.test', 'refused'],
  ['#16', 'https://good.test/callback\0', 'refused'],
  ['#16', 'https://good。test/callback', 'refused'],
  ['#16', 'https://good.test:443/callback'],
  ['#16', ' https://good.test/callback', 'refused'],
];

describe('An unregistered redirect URI (RFC 9700 §4.1) leads to a page without a redirect or a consent form', () => {
  it.each(FOREIGN)('%s /authorize: %j', async (_row, uri) => {
    for (const written of writings(uri)) expectPage(await get(targetWith(written)));
  });

  it.each(FOREIGN.filter(([, , policy]) => policy === 'refused'))('%s /register: %j', async (_row, uri) => {
    const { status, body } = await postRegistration(cloud, { redirect_uris: [uri] });
    expect([status, body.error]).toEqual([400, 'invalid_redirect_uri']);
  });

  it('#10 one dangerous redirect URI fails the registration; one that is only disallowed is left out', async () => {
    expect((await postRegistration(cloud, { redirect_uris: [WEB, 'javascript:alert(1)'] })).status).toBe(400);
    const { status, body } = await postRegistration(cloud, {
      redirect_uris: [WEB, 'http://good.test/cb', 'cursor://x/cb'],
    });
    expect([status, body.redirect_uris]).toEqual([201, [WEB, 'cursor://x/cb']]);
  });

  it('#17 a missing redirect URI is an error when several are registered', async () => {
    const { url } = authorizationRequest(cloud, client, { redirect_uri: undefined });
    expectPage(await get(`${url.pathname}${url.search}`));
  });
});

/** The error that was sent to the client, or what happened instead. */
const errorAt = async (parameters: Record<string, string | undefined>, more = '') => {
  const { url, state } = authorizationRequest(cloud, client, { redirect_uri: WEB, ...parameters });
  const { status, headers } = await get(`${url.pathname}${url.search}${more}`);
  const location = String(headers.location ?? '');
  expect([status, location.startsWith(`${WEB}?`)]).toEqual([303, true]);
  const sent = new URL(location).searchParams;
  expect(sent.getAll('iss')).toEqual([cloud.origin]);
  expect(sent.getAll('state')).toEqual(parameters.state === undefined ? [state] : []);
  expect(sent.has('code')).toBe(false);
  return sent.get('error');
};

describe('Where errors are sent (RFC 6749 §4.1.2.1)', () => {
  it.each([
    ['#20 token', { response_type: 'token' }, 'unsupported_response_type'],
    ['#20 id_token', { response_type: 'id_token' }, 'unsupported_response_type'],
    ['#20 code token', { response_type: 'code token' }, 'unsupported_response_type'],
    ['#20 CODE', { response_type: 'CODE' }, 'unsupported_response_type'],
    ['#20 none', { response_type: undefined }, 'invalid_request'],
    ['#21 fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['#21 form_post', { response_mode: 'form_post' }, 'invalid_request'],
    ['#21 web_message', { response_mode: 'web_message' }, 'invalid_request'],
    ['#21 query.jwt', { response_mode: 'query.jwt' }, 'invalid_request'],
    ['#22 request', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    ['#22 registration', { registration: '{}' }, 'registration_not_supported'],
    ['#31 no challenge', { code_challenge: undefined }, 'invalid_request'],
    ['#34 plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['#34 no method', { code_challenge_method: undefined }, 'invalid_request'],
    ['#34 s256', { code_challenge_method: 's256' }, 'invalid_request'],
    ['#35 a challenge of 42 characters', { code_challenge: 'x'.repeat(42) }, 'invalid_request'],
    ['#35 a challenge with padding', { code_challenge: `${'x'.repeat(42)}=` }, 'invalid_request'],
    ['#71 a foreign resource', { resource: 'https://other.test/mcp' }, 'invalid_target'],
    ['#71 a resource in another case', { resource: cloud.mcpUrl.replace('/mcp', '/MCP') }, 'invalid_target'],
  ])('%s: the client gets the error', async (_what, parameters, error) => {
    expect(await errorAt(parameters)).toBe(error);
  });

  it.each(['response_type', 'code_challenge', 'code_challenge_method', 'scope', 'prompt', 'foo'])(
    '#23 a repeated %s: the client gets the error',
    async (name) => {
      expect(await errorAt({ scope: 'mcp', prompt: 'consent', foo: 'x' }, `&${name}=x`)).toBe('invalid_request');
    },
  );

  it('#23 a repeated state: the client gets the error with neither value', async () => {
    expect(await errorAt({ state: 'one' }, '&state=two')).toBe('invalid_request');
  });

  it.each(['client_id', 'redirect_uri'])(
    '#23 a repeated %s leads to a page, even if other parameters are wrong (#14)',
    async (name) => {
      const { url } = authorizationRequest(cloud, client, { redirect_uri: WEB, scope: 'root', response_type: 'token' });
      const value = encodeURIComponent(url.searchParams.get(name) ?? '');
      expectPage(await get(`${url.pathname}${url.search}&${name}=${value}`));
      expectPage(await get(`${url.pathname}${url.search}&${name.replace('_', '%5f')}=${value}`));
    },
  );

  it('#22 a request_uri is not fetched', async () => {
    let hits = 0;
    const canary = createServer((_request, response) => {
      hits += 1;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(canary, 'listening');
    const request_uri = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/`;
    expect(await errorAt({ request_uri })).toBe('request_uri_not_supported');
    canary.close();
    expect(hits).toBe(0);
  });
});

describe('state is returned exactly as it was sent, or not at all (RFC 6749 App. A.5)', () => {
  const stateAfter = async (
    encoded: string,
  ): Promise<{ status: number; state: string | null; headers: RawAnswer['headers'] }> => {
    const { url } = authorizationRequest(cloud, client, {
      redirect_uri: WEB,
      response_type: 'token',
      state: undefined,
    });
    const { status, headers } = await get(`${url.pathname}${url.search}&state=${encoded}`);
    const state = headers.location === undefined ? null : new URL(String(headers.location)).searchParams.get('state');
    return { status, state, headers };
  };

  it.each([1, 512, 2048, 4096])('#25 %i characters are returned', async (length) => {
    expect((await stateAfter('x'.repeat(length))).state).toBe('x'.repeat(length));
  });

  it.each([8192, 65_536])('#25 %i characters are refused', async (length) => {
    const { status, state } = await stateAfter('x'.repeat(length));
    expect([400, 413, 414]).toContain(status);
    expect(state).toBeNull();
  });

  it.each(['a b', 'ä', '👩‍🚀', '"<>', '&=#%+', 'a\0b', '\t'])('#25 %j', async (state) => {
    expect((await stateAfter(encodeURIComponent(state))).state).toBe(state);
  });

  it.each(['%ff', '%c3%28', '%ed%a0%80'])('#25 %s, which is not valid UTF-8, is not echoed', async (encoded) => {
    expect((await stateAfter(encoded)).state).toBeNull();
  });

  it.each([
    '%0d%0aSet-Cookie:%20x=1',
    '%0aX-Injected:%201',
    '%e5%98%8d%e5%98%8aX-Injected:%201',
    '%250d%250aX-Injected:1',
  ])('#26 %s injects no header', async (encoded) => {
    const { headers, state } = await stateAfter(encoded);
    expect(state).toBe(decodeURIComponent(encoded));
    expect([headers['x-injected'], headers['set-cookie']]).toEqual([undefined, undefined]);
  });
});
