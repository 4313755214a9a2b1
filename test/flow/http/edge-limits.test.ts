import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import {
  authorizationRequest,
  postRegistration,
  REDIRECT_URI,
  registerClient,
} from '../../support/http/oauth-requests.ts';
import { type RawAnswer, rawRequest } from '../../support/http/raw-request.ts';

// Every endpoint at exactly its limit and one beyond it (#60). A request at the limit is served as usual; one beyond it
// gets an error that names the limit. Neither is a 5xx.

const cloud = sharedCloud();
const FORM = ['content-type', 'application/x-www-form-urlencoded'];
const JSON_TYPE = ['content-type', 'application/json'];

type Send = (size: number) => Promise<RawAnswer>;

const post =
  (path: string, bodyOf: (size: number) => string, headers: readonly string[] = FORM): Send =>
  (size) =>
    rawRequest(`${cloud.origin}${path}`, { method: 'POST', headers, body: bodyOf(size) });

const get =
  (urlOf: (size: number) => string, headers: readonly string[] = []): Send =>
  (size) =>
    rawRequest(urlOf(size), { method: 'GET', headers });

/** Pads the text to the requested number of bytes. */
const filled =
  (before: string, after = '') =>
  (bytes: number): string =>
    `${before}${'x'.repeat(bytes - before.length - after.length)}${after}`;

const manyParameters = (start: string) => (count: number) =>
  [start, ...Array.from({ length: count - 1 }, (_, index) => `p${index}=1`)].join('&');

const registration = (metadata: object): string =>
  JSON.stringify({ redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none', ...metadata });

const TOKEN_FORM = 'grant_type=refresh_token&refresh_token=x&client_id=gh_client_unknown';
const formOfUnknownClient = (path: '/token' | '/revoke' | '/introspect') =>
  path === '/token' ? TOKEN_FORM : 'token=x&client_id=gh_client_unknown&client_secret=x';

const padding = (bytes: number) => filled(registration({ software_id: '' }).slice(0, -2), '"}')(bytes);

interface Limit {
  readonly name: string;
  readonly send: Send;
  readonly limit: number;
  /** Statuses at the limit and one beyond it. */
  readonly status: readonly [number, number];
  /** What the response beyond the limit contains. */
  readonly says: RegExp;
}

const programs = (['/token', '/revoke', '/introspect'] as const).flatMap((path): Limit[] => [
  {
    name: `POST ${path}: bytes`,
    send: post(path, filled(`${formOfUnknownClient(path)}&unknown=`)),
    limit: 16_384,
    status: [401, 413],
    says: /"request_too_large".*16384 bytes/,
  },
  {
    name: `POST ${path}: parameters`,
    send: post(path, manyParameters(formOfUnknownClient(path))),
    // The form already has these parameters.
    limit: 64 - (formOfUnknownClient(path).split('&').length - 1),
    status: [401, 400],
    says: /"invalid_request".*at most 64 parameters/,
  },
  {
    name: `POST ${path}: characters of a client id`,
    send: post(path, (size) => formOfUnknownClient(path).replace('gh_client_unknown', 'c'.repeat(size))),
    limit: 2048,
    status: [401, 401],
    says: /"invalid_client"/,
  },
]);

const LIMITS: readonly Limit[] = [
  ...programs,
  {
    name: 'POST /token: characters of a client assertion',
    send: post(
      '/token',
      filled(
        'grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=',
      ),
    ),
    limit: 8192,
    status: [401, 401],
    says: /"invalid_client"/,
  },
  {
    name: 'POST /consent: bytes',
    send: post('/consent', filled('request=')),
    limit: 32_768,
    // The request has no Origin, so even the one at the limit is refused.
    status: [403, 413],
    says: /<h1\b/,
  },
  {
    name: 'POST /register: bytes',
    send: post('/register', padding, JSON_TYPE),
    limit: 16_384,
    status: [201, 413],
    says: /"request_too_large".*16384 bytes/,
  },
  {
    name: 'POST /register: redirect URIs',
    send: post(
      '/register',
      (count) => registration({ redirect_uris: Array.from({ length: count }, (_, at) => `https://example.com/${at}`) }),
      JSON_TYPE,
    ),
    limit: 10,
    status: [201, 400],
    says: /"invalid_redirect_uri".*1 to 10/,
  },
  {
    name: 'POST /register: characters of a redirect URI',
    send: post(
      '/register',
      (size) => registration({ redirect_uris: [filled('https://example.com/')(size)] }),
      JSON_TYPE,
    ),
    limit: 2048,
    status: [201, 400],
    says: /"invalid_redirect_uri"/,
  },
  {
    name: 'POST /register: characters of a name',
    send: post('/register', (size) => registration({ client_name: '\u00e4'.repeat(size) }), JSON_TYPE),
    limit: 128,
    status: [201, 400],
    says: /"invalid_client_metadata".*at most 128 characters/,
  },
  {
    name: 'GET /register/{client_id}: characters of a client id',
    send: get((size) => `${cloud.origin}/register/${'c'.repeat(size)}`, ['authorization', 'Bearer gh_rat_x']),
    limit: 2048,
    status: [401, 401],
    says: /"invalid_token"/,
  },
  {
    name: 'GET /userinfo: characters of a token',
    send: (size) => rawRequest(`${cloud.origin}/userinfo`, { headers: ['authorization', filled('Bearer ')(size)] }),
    limit: 8192,
    status: [401, 401],
    says: /"invalid_token"/,
  },
];

describe('At a limit and one beyond it', () => {
  it.each(LIMITS.map((limit) => [limit.name, limit] as const))('%s', async (_name, { send, limit, status, says }) => {
    const [at, beyond] = [await send(limit), await send(limit + 1)];
    expect([at.status, beyond.status]).toEqual(status);
    expect(beyond.body).toMatch(says);
    if (status[0] !== status[1]) expect(at.body).not.toMatch(/at most|1 to 10|longer than|too_large/);
  });
});

describe('GET /authorize', () => {
  const ask = async (change: (url: URL) => void): Promise<RawAnswer> => {
    const { url } = authorizationRequest(cloud, await registerClient(cloud, { client_name: 'Limits' }));
    change(url);
    return rawRequest(url.href, { headers: ['accept', 'text/html'] });
  };
  const bytesOf = (url: URL) => url.searchParams.toString().length;

  it.each([
    [6144, 200],
    [6145, 400],
  ])('a query of %i bytes gets %i', async (bytes, status) => {
    const { status: answered, headers } = await ask((url) => {
      url.searchParams.set('state', '');
      url.searchParams.set('state', 's'.repeat(bytes - bytesOf(url)));
    });
    expect([answered, headers['content-type']]).toEqual([status, expect.stringMatching(/^text\/html/)]);
  });

  it.each([
    [64, 200],
    [65, 400],
  ])('%i parameters get %i', async (count, status) => {
    const answer = await ask((url) => {
      for (let at = 0; url.searchParams.size < count; at += 1) url.searchParams.set(`p${at}`, '1');
    });
    expect(answer.status).toBe(status);
  });

  it.each([2048, 2049])('a client id of %i characters gets an error page', async (size) => {
    const answer = await ask((url) => url.searchParams.set('client_id', 'c'.repeat(size)));
    expect([answer.status, answer.headers['content-type']]).toEqual([400, expect.stringMatching(/^text\/html/)]);
  });
});

describe('PUT /register/{client_id}', () => {
  it.each([
    [16_384, 200],
    [16_385, 413],
  ])('%i bytes get %i', async (bytes, status) => {
    const { body: client } = await postRegistration(cloud, { token_endpoint_auth_method: 'client_secret_post' });
    const { client_id, registration_access_token, registration_client_uri } = client;
    const whole = JSON.stringify({ client_id, redirect_uris: [REDIRECT_URI], software_id: '' });
    const answer = await rawRequest(registration_client_uri, {
      method: 'PUT',
      headers: [...JSON_TYPE, 'authorization', `Bearer ${registration_access_token}`],
      body: filled(whole.slice(0, -2), '"}')(bytes),
    });
    expect(answer.status).toBe(status);
  });
});
