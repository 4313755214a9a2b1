import type { ServerResponse } from 'node:http';
import type { Seen } from '../../support/browser/user.ts';
import {
  type CloudWithProviders,
  linkOf,
  logInAt,
  type ProviderId,
  startCloudWithProviders,
} from '../../support/cloud/cloud-with-providers.ts';
import { callbackParameters, type RegisteredClient, registerClient } from '../../support/http/oauth-requests.ts';
import { pendingLogin } from '../../support/memory/known-values.ts';
import { CLIENT_SECRET, sendJson } from '../../support/providers/misbehaving-provider.ts';

// Providers that are slow, down or send invalid responses: Gatehouse shows an error page with a way to try again.

let gate: CloudWithProviders;
let client: RegisteredClient;
beforeAll(async () => {
  // Some providers never respond, so these tests wait for timeouts.
  gate = await startCloudWithProviders({}, {}, { timeLimitFactor: 2 });
  client = await registerClient(gate.cloud);
}, 60_000);
beforeEach(() => {
  for (const provider of Object.values(gate.providers)) provider.reset();
});
afterAll(() => gate?.stop());

type Answer = (response: ServerResponse) => void;
const html =
  (status: number): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>canary of the upstream</h1>');
const hang: Answer = () => undefined;
const drip: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{');
  const timer = setInterval(() => response.write(' '), 200);
  response.on('close', () => clearInterval(timer));
};

/** Expects the outage page, with a link to try again and nothing of the provider's response. */
const expectOutage = (seen: Seen, status = 503): void => {
  expect([seen.status, seen.left]).toEqual([status, undefined]);
  expect(seen.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(seen.html).toContain('You could not be signed in right now');
  expect(seen.html).not.toMatch(/canary|undefined/);
};

const FAULTS: [what: string, ProviderId, path: string, Answer][] = [
  ['#162 500', 'company', '/token', (response) => sendJson(response, 500, { error: 'canary' })],
  ['#162 429', 'company', '/token', (response) => sendJson(response, 429, {}, { 'retry-after': '60' })],
  ['#162 502 with a page', 'company', '/token', html(502)],
  ['#162 200 with a page', 'company', '/token', html(200)],
  ['#162 nothing', 'company', '/token', (response) => void response.writeHead(200).end()],
  ['#162 a closed connection', 'company', '/token', (response) => void response.destroy()],
  ['#162 50 MB', 'company', '/token', (response) => void response.writeHead(200).end(Buffer.alloc(50_000_000, 0x20))],
  ['#166 a redirect', 'company', '/token', (response) => void response.writeHead(307, { location: '/x' }).end()],
  ['#162 keys: a page', 'other', '/jwks', html(200)],
  ['#162 github: 503', 'github', '/login/oauth/access_token', html(503)],
  [
    '#162 github: a limit',
    'github',
    '/api/v3/user',
    (response) => sendJson(response, 403, {}, { 'x-ratelimit-remaining': '0' }),
  ],
  ['#162 github: a page', 'github', '/api/v3/user/emails', html(200)],
  ['#162 entra: 500', 'entra', '/token', html(500)],
];

describe('A provider that fails (OpenID Connect Core §3.1.3)', () => {
  it.each(FAULTS)(
    '%s at %s%s shows an error page, and "Try again" resumes the login',
    async (_what, id, path, answer) => {
      const provider = gate.providers[id];
      // Keys are cached in memory, so only a new environment fetches them.
      if (path === '/jwks') gate.cloud.restart('Callback');
      provider.answers.set(path, answer);
      const user = gate.user();
      const seen = await logInAt(gate, client, id, user);
      expectOutage(seen);
      expect(provider.seen('/x')).toEqual([]);

      provider.answers.clear();
      const again = await user.open(linkOf(seen, 'Try again'));
      expect(callbackParameters(again).get('code')).toMatch(/^gh_ac_/);
      // An upstream code is never sent twice.
      const codes = provider.requests.map(({ body }) => new URLSearchParams(body).get('code')).filter(Boolean);
      expect(new Set(codes).size).toBe(codes.length);
    },
  );

  it('#161 #223 an endpoint that hangs or drips leads to the outage page', async () => {
    gate.cloud.restart('Callback');
    const cases: [ProviderId, string, Answer][] = [
      ['company', '/token', drip],
      ['other', '/jwks', hang],
      ['github', '/api/v3/user/emails', hang],
      ['entra', '/token', hang],
    ];
    for (const [id, path, answer] of cases) gate.providers[id].answers.set(path, answer);
    await Promise.all(cases.map(async ([id]) => expectOutage(await logInAt(gate, client, id, gate.user()))));
  });

  it('#153 a userinfo endpoint that hangs is an outage, not a user without an address', async () => {
    gate.providers.company.claims = { email: undefined };
    gate.providers.company.answers.set('/userinfo', html(503));
    expectOutage(await logInAt(gate, client, 'company'));
  });

  it.each(['server_error', 'temporarily_unavailable'])(
    'a callback with error=%s shows the outage page without a 5xx',
    async (error) => {
      gate.providers.company.callback = { code: undefined, error };
      const user = gate.user();
      const seen = await logInAt(gate, client, 'company', user);
      expectOutage(seen, 400);
      gate.providers.company.reset();
      expect(callbackParameters(await user.open(linkOf(seen, 'Try again'))).has('code')).toBe(true);
    },
  );
});

describe('Discovery before the redirect to the provider (OpenID Connect Discovery §4)', () => {
  beforeEach(() => gate.cloud.restart('Consent'));

  it.each<[string, Answer]>([
    ['hanging', hang],
    ['answered with 500', html(500)],
    ['an HTML page', html(200)],
    ['a redirect', (response) => void response.writeHead(302, { location: 'http://localhost:9/' }).end()],
  ])(
    '#164 with cold caches and discovery %s, an error page appears, and the same form works after recovery',
    async (_what, answer) => {
      const { company } = gate.providers;
      company.answers.set('/.well-known/openid-configuration', answer);
      const user = gate.user();
      const requests: RequestInit[] = [];
      const request = user.request.bind(user);
      user.request = (url, init) => {
        if (url.pathname === '/consent') requests.push(init ?? {});
        return request(url, init);
      };
      const seen = await logInAt(gate, client, 'company', user);
      expect([seen.status, seen.left, seen.url.pathname]).toEqual([503, undefined, '/consent']);
      expect(company.seen('/auth')).toEqual([]);

      company.answers.clear();
      const again = await user.open(seen.url, requests[0]);
      expect(callbackParameters(again).get('code')).toMatch(/^gh_ac_/);
    },
  );

  it.each([
    ['another issuer', { issuer: 'https://evil.test' }],
    ['no token endpoint', { token_endpoint: undefined }],
    ['an endpoint that runs script', { authorization_endpoint: 'javascript:alert(1)' }],
    ['keys by plain http elsewhere', { jwks_uri: 'ftp://evil.test/keys' }],
  ])('#165 discovery that names %s redirects no user', async (_what, metadata) => {
    gate.providers.company.metadata = metadata;
    const seen = await logInAt(gate, client, 'company');
    expect([seen.status, seen.left, seen.url.pathname]).toEqual([503, undefined, '/consent']);
    expect(gate.providers.company.seen('/auth')).toEqual([]);
  });
});

describe('The client secret at the provider', () => {
  afterAll(() => gate.storeSecret('company', CLIENT_SECRET));

  it('#167 a secret rotated between /authorize and /callback does not interrupt the login', async () => {
    const { company } = gate.providers;
    expect(callbackParameters(await logInAt(gate, client, 'company')).has('code')).toBe(true);
    const user = gate.user();
    const { url } = await pendingLogin(gate.cloud, client, user, { provider: 'company' });
    company.secret = 'a rotated secret';
    await gate.storeSecret('company', company.secret);
    expect(callbackParameters(await user.open(url)).has('code')).toBe(true);
  });

  it('a wrong secret leads to a page with instructions that reveals nothing of the secret', async () => {
    gate.providers.company.secret = 'a secret that is not stored';
    const seen = await logInAt(gate, client, 'company');
    expect([seen.status, seen.left]).toEqual([503, undefined]);
    expect(seen.html).toContain('is not set up');
    expect(seen.html).not.toContain('secret:');
  });
});
