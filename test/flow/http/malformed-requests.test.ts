import fc from 'fast-check';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import { REDIRECT_URI, registerClient } from '../../support/http/oauth-requests.ts';
import { type RawAnswer, rawRequest } from '../../support/http/raw-request.ts';

const cloud = sharedCloud();
const FORM = ['content-type', 'application/x-www-form-urlencoded'];
const JSON_TYPE = ['content-type', 'application/json'];

const expectJsonError = ({ status, headers, body }: RawAnswer, expected?: string): void => {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(headers['content-type']).toMatch(/^application\/json/);
  const error = JSON.parse(body);
  expect(error).toMatchObject({ error: expect.stringMatching(/^[a-z_]+$/) });
  if (expected !== undefined) expect(error.error).toBe(expected);
  expectNoLeak(body);
};
const expectPage = ({ status, headers, body }: RawAnswer): void => {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(headers['content-type']).toMatch(/^text\/html/);
  expect(headers.location).toBeUndefined();
  expect(body).toMatch(/<h1\b/);
  expectNoLeak(body);
};
/** #65 */
const expectNoLeak = (body: string): void => {
  expect(body).not.toMatch(/\bat .*\.(ts|mjs|js):|arn:aws|ValidationException|ZodError|undefined/);
};

const post = (path: string, body: string | Buffer, headers: readonly string[]) =>
  rawRequest(`${cloud.origin}${path}`, { method: 'POST', headers, body });

const BAD_FORMS: [string, string | Buffer, readonly string[]][] = [
  ['an empty body', '', FORM],
  ['no content type', 'grant_type=refresh_token', []],
  ['#58 JSON', '{"grant_type":"authorization_code"}', JSON_TYPE],
  ['#58 multipart', '--x--', ['content-type', 'multipart/form-data; boundary=x']],
  [
    'a repeated parameter',
    'grant_type=refresh_token&grant_type=refresh_token&token=a&token=b&request=1&request=2',
    FORM,
  ],
  ['#61 invalid UTF-8', Buffer.from([0x67, 0x3d, 0xc3, 0x28, 0x26, 0xff]), FORM],
  ['#61 invalid UTF-8, percent-encoded', 'grant_type=%c3%28&token=%ff&request=%ff', FORM],
  ['broken percent-encoding', 'grant_type=%zz&token=%&request=%', FORM],
  ['NUL', 'grant_type=a%00b&token=%00&request=%00', FORM],
  ['only separators', '&&&===', FORM],
  ['#60 a megabyte', `grant_type=${'x'.repeat(1_000_000)}`, FORM],
  ['#60 ten thousand parameters', Array.from({ length: 10_000 }, (_, index) => `p${index}=1`).join('&'), FORM],
];

describe('Malformed requests (RFC 6749 §5.2: an error that the client can read, never a 5xx)', () => {
  it.each(BAD_FORMS)('POST /token: %s', async (_what, body, headers) => {
    expectJsonError(await post('/token', body, headers));
  });

  it.each(BAD_FORMS)('POST /revoke: %s', async (_what, body, headers) => {
    expectJsonError(await post('/revoke', body, headers));
  });

  it.each(BAD_FORMS)('POST /consent: %s gets a page, because a user reads it', async (_what, body, headers) => {
    expectPage(await post('/consent', body, headers));
  });

  it.each([
    ['grant_type=password&username=a&password=b', 'unsupported_grant_type'],
    ['grant_type=client_credentials', undefined],
    ['grant_type=urn:ietf:params:oauth:grant-type:token-exchange', undefined],
    ['grant_type=authorization_code', undefined],
    ['grant_type=refresh_token&client_id=unknown&refresh_token=x', 'invalid_client'],
    ['grant_type=authorization_code&client_id=unknown&code=x&code_verifier=y', 'invalid_client'],
  ])('POST /token with %s', async (body, error) => {
    expectJsonError(await post('/token', body, FORM), error);
  });

  it.each(['Basic', 'Basic !', 'Basic Og==', 'Basic eHg=', 'basic dXNlcjpwYXNz', 'Bearer x', 'Negotiate'])(
    '#55 POST /token with Authorization: %s is refused',
    async (authorization) => {
      const answer = await post('/token', 'grant_type=refresh_token&refresh_token=x', [
        ...FORM,
        'authorization',
        authorization,
      ]);
      expectJsonError(answer);
    },
  );

  it.each([
    ['an empty body', '', JSON_TYPE],
    ['invalid JSON', '{', JSON_TYPE],
    ['null', 'null', JSON_TYPE],
    ['an array', '[]', JSON_TYPE],
    ['a string', '"x"', JSON_TYPE],
    ['a form', 'redirect_uris=x', FORM],
    ['no content type', '{}', []],
    ['no redirect URIs', '{}', JSON_TYPE],
    ['empty redirect URIs', '{"redirect_uris":[]}', JSON_TYPE],
    ['redirect URIs of other types', '{"redirect_uris":[1,null,{}]}', JSON_TYPE],
    ['#8 javascript:', '{"redirect_uris":["javascript:alert(1)"]}', JSON_TYPE],
    ['#9 http on a host other than loopback', '{"redirect_uris":["http://app.test/cb"]}', JSON_TYPE],
    ['#11 a fragment', '{"redirect_uris":["https://app.test/cb#x"]}', JSON_TYPE],
    ['a name of another type', `{"redirect_uris":["${REDIRECT_URI}"],"client_name":{"a":1}}`, JSON_TYPE],
    ['deep nesting', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, JSON_TYPE],
    ['#60 a megabyte', `{"client_name":"${'x'.repeat(1_000_000)}"}`, JSON_TYPE],
  ])('RFC 7591 §3.2.2, POST /register: %s', async (_what, body, headers) => {
    expectJsonError(await post('/register', body, headers));
  });

  it.each([
    '',
    '?client_id=unknown',
    '?client_id=unknown&redirect_uri=https://evil.test/',
    '?client_id=a&client_id=b',
    '?client_id=%ff',
    '?client_id=%00',
    '?client_id[]=x',
    '?client_id=https://client.example/../x',
    `?client_id=${'x'.repeat(3_000)}`,
  ])('GET /authorize%s gets a page and no redirect', async (query) => {
    expectPage(await rawRequest(`${cloud.origin}/authorize${query}`, { headers: ['accept', 'text/html'] }));
  });

  it.each([
    ['/callback/company', ''],
    ['/callback/company', '?code=x'],
    ['/callback/company', '?code=x&state=y'],
    ['/callback/company', '?error=access_denied'],
    ['/callback/company', '?code=x&state=y&state=z'],
    ['/callback/company', '?state=%ff%00'],
    ['/callback/unknown', '?code=x&state=y'],
  ])('GET %s%s gets a page and no redirect', async (path, query) => {
    expectPage(await rawRequest(`${cloud.origin}${path}${query}`));
  });

  it.each([
    ['GET', '/token'],
    ['GET', '/register'],
    ['GET', '/consent'],
    ['PUT', '/token'],
    ['POST', '/health'],
    ['GET', '/nothing/here'],
    ['GET', '/.well-known/unknown'],
    ['GET', '/.well-known/oauth-protected-resource/unknown'],
    ['GET', '/.well-known/oauth-authorization-server/mcp'],
    ['PATCH', '/mcp'],
  ])('%s %s is a plain 4xx', async (method, path) => {
    const { status, body } = await rawRequest(`${cloud.origin}${path}`, { method });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expectNoLeak(body);
  });

  it('any parameters at /authorize cause no 5xx, and no redirect except to the registered URI', async () => {
    const { client_id } = await registerClient(cloud);
    const names = [
      'response_type',
      'redirect_uri',
      'scope',
      'state',
      'resource',
      'code_challenge',
      'code_challenge_method',
      'prompt',
      'response_mode',
      'request',
    ];
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(REDIRECT_URI, 'code', 'S256', cloud.mcpUrl, 'none'),
    );
    const parameters = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(parameters, async (pairs) => {
        const query = new URLSearchParams([['client_id', client_id], ...pairs]);
        const { status, headers } = await rawRequest(`${cloud.origin}/authorize?${query}`);
        expect(status).toBeLessThan(500);
        if (headers.location !== undefined) expect(String(headers.location).startsWith(`${REDIRECT_URI}?`)).toBe(true);
      }),
      { numRuns: 80 },
    );
  });
});
