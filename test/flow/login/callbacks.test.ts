import type { User } from '../../support/browser/user.ts';
import { type CloudWithProviders, logInAt, startCloudWithProviders } from '../../support/cloud/cloud-with-providers.ts';
import { formsOf } from '../../support/http/html-form.ts';
import {
  authorizationRequest,
  callbackParameters,
  type RegisteredClient,
  registerClient,
} from '../../support/http/oauth-requests.ts';
import { type PendingLogin, pendingLogin } from '../../support/memory/known-values.ts';

// A login completes once, in the browser that approved it, and with the provider that the user chose.

let gate: CloudWithProviders;
let client: RegisteredClient;
beforeAll(async () => {
  gate = await startCloudWithProviders();
  client = await registerClient(gate.cloud);
}, 60_000);
beforeEach(() => {
  for (const provider of Object.values(gate.providers)) provider.reset();
});
afterAll(() => gate?.stop());

const pending = (user?: User): Promise<PendingLogin> =>
  pendingLogin(gate.cloud, client, user ?? gate.user(), { provider: 'company' });

/** Sends the callback with the cookies of a browser. */
const callBack = async (url: URL, cookies: string) => {
  const response = await fetch(url, { headers: { cookie: cookies }, redirect: 'manual' });
  const location = response.headers.get('location');
  return { status: response.status, code: location === null ? null : new URL(location).searchParams.get('code') };
};

/** Expects a page, and that neither a code of ours nor one of the provider was used. */
const expectNothingUsed = ({ status, code }: { status: number; code: string | null }): void => {
  expect([400, 403, 404]).toContain(status);
  expect(code).toBeNull();
  for (const provider of Object.values(gate.providers)) expect(provider.seen('/token')).toEqual([]);
};
const withQuery = (url: URL, changes: Readonly<Record<string, string | undefined>>): URL => {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
  }
  return changed;
};
/** Changes one character near the end. The result is still base64url. */
const altered = (text: string): string => `${text.slice(0, -2)}${text.at(-2) === 'A' ? 'B' : 'A'}${text.slice(-1)}`;

describe('A callback completes only in the browser that consented (RFC 9700 §4.7)', () => {
  it('#126 a callback opened in another browser has no effect, and the first browser can still complete it', async () => {
    const mallory = await pending();
    expectNothingUsed(await callBack(mallory.url, ''));
    const victim = await pending();
    expectNothingUsed(await callBack(mallory.url, victim.cookies));
    expectNothingUsed(await callBack(victim.url, mallory.cookies));
    for (const { url, cookies } of [mallory, victim]) expect((await callBack(url, cookies)).code).toMatch(/^gh_ac_/);
  });

  it('#127 a consent page that was only viewed binds no login', async () => {
    const user = gate.user();
    await user.open(authorizationRequest(gate.cloud, client).url);
    const cookies = await user.jar.getCookies(gate.cloud.origin);
    expect(cookies.map(({ key }) => key)).toEqual(['__Host-gatehouse-page']);
    const { url } = await pending();
    expectNothingUsed(await callBack(url, await user.jar.getCookieString(gate.cloud.origin)));
  });

  it('#141 #145 a cookie with one altered character has no effect', async () => {
    const { url, cookies } = await pending();
    expectNothingUsed(await callBack(url, altered(cookies)));
    expect((await callBack(url, cookies)).code).toMatch(/^gh_ac_/);
  });

  it('#142 fifty logins in one browser leave few cookies, and the last one completes', async () => {
    const user = gate.user();
    let last: PendingLogin | undefined;
    for (let index = 0; index < 50; index += 1) last = await pending(user);
    expect(last?.cookies.length).toBeLessThan(4096);
    expect((await callBack(last?.url ?? new URL('about:blank'), last?.cookies ?? '')).code).toMatch(/^gh_ac_/);
  });
});

describe('A state is accepted once, and only for its own login (RFC 6749 §10.12)', () => {
  it.each<[string, (state: string, other: string) => string | undefined]>([
    ['missing', () => undefined],
    ['empty', () => ''],
    ['unknown', () => 'x'.repeat(80)],
    ['of another login', (_state, other) => other],
    ['altered', altered],
    ['truncated', (state) => state.slice(0, -1)],
    ['longer by one character', (state) => `${state}x`],
    ['of the next attempt', (state) => state.replace('.1.', '.2.')],
    ['the name of a prototype', () => '__proto__'],
  ])('#144 a state that is %s has no effect', async (_what, change) => {
    const [{ url, cookies }, other] = [await pending(), await pending()];
    const state = change(url.searchParams.get('state') ?? '', other.url.searchParams.get('state') ?? '');
    expectNothingUsed(await callBack(withQuery(url, { state }), cookies));
    expect((await callBack(url, cookies)).code).toMatch(/^gh_ac_/);
  });

  it('#23 a repeated state has no effect', async () => {
    const { url, cookies } = await pending();
    expectNothingUsed(await callBack(new URL(`${url}&state=${url.searchParams.get('state')}`), cookies));
    expectNothingUsed(await callBack(new URL(`${url}&code=other`), cookies));
  });

  it('#145 twenty parallel callbacks yield one code and one exchange at the provider', async () => {
    const { url, cookies } = await pending();
    const answers = await Promise.all(Array.from({ length: 20 }, () => callBack(url, cookies)));
    expect(answers.filter(({ code }) => code !== null)).toHaveLength(1);
    for (const { status } of answers) expect([303, 400]).toContain(status);
    expect(gate.providers.company.seen('/token')).toHaveLength(1);
    expect((await callBack(url, cookies)).code).toBeNull();
  });
});

describe('The response of one provider is never accepted as that of another (RFC 9207, RFC 9700 §4.4)', () => {
  it.each(['other', 'entra', 'github', 'nemo', '__proto__'])(
    '#146 a response sent to the callback of %s has no effect',
    async (id) => {
      const { url, cookies } = await pending();
      const elsewhere = new URL(url);
      elsewhere.pathname = `/callback/${id}`;
      expectNothingUsed(await callBack(elsewhere, cookies));
      expect((await callBack(url, cookies)).code).toMatch(/^gh_ac_/);
    },
  );

  it('#146 another issuer is refused before the code is sent', async () => {
    gate.providers.company.callback = { iss: 'https://evil.test' };
    const seen = await logInAt(gate, client, 'company');
    expect(seen.left).toBeUndefined();
    expect(gate.providers.company.seen('/token')).toEqual([]);
  });

  it('#146 the issuer of another configured provider is refused', async () => {
    gate.providers.company.callback = { iss: gate.providers.other.issuer };
    expect((await logInAt(gate, client, 'company')).status).toBe(403);
    expect(gate.providers.company.seen('/token')).toEqual([]);
  });

  it('#146 without iss, a response of a provider that promises one is refused', async () => {
    gate.cloud.restart('Consent', 'Callback');
    gate.providers.other.metadata = { authorization_response_iss_parameter_supported: true };
    expect((await logInAt(gate, client, 'other')).status).toBe(403);
    expect(gate.providers.other.seen('/token')).toEqual([]);
    gate.providers.other.callback = { iss: gate.providers.other.issuer };
    expect(callbackParameters(await logInAt(gate, client, 'other')).has('code')).toBe(true);
  });
});

describe('Consent (MCP security best practices, confused deputy)', () => {
  const openForm = async (user: User) => {
    const seen = await user.open(
      authorizationRequest(gate.cloud, client, { prompt: 'consent', login_hint: 'canary' }).url,
    );
    const fields = { ...formsOf(seen.html)[0]?.fields, idp: 'company' };
    return { fields, cookies: await user.jar.getCookieString(gate.cloud.origin) };
  };
  const post = (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) =>
    fetch(`${gate.cloud.origin}/consent`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });

  it.each<[string, (own: string) => Record<string, string>]>([
    ['from another site', (cookie) => ({ cookie, origin: 'https://evil.test' })],
    ['from an opaque origin', (cookie) => ({ cookie, origin: 'null' })],
    ['without an origin', (cookie) => ({ cookie })],
    ['without an origin, from another site', (cookie) => ({ cookie, 'sec-fetch-site': 'cross-site' })],
    ['without an origin, from the same site', (cookie) => ({ cookie, 'sec-fetch-site': 'same-site' })],
    ['without the cookie', () => ({ origin: gate.cloud.origin })],
    ['with an altered cookie', (cookie) => ({ cookie: altered(cookie), origin: gate.cloud.origin })],
  ])('#129 a form %s approves nothing', async (_what, headersFor) => {
    const { fields, cookies } = await openForm(gate.user());
    const response = await post(fields, headersFor(cookies));
    expect([400, 403]).toContain(response.status);
    expect([response.headers.get('location'), response.headers.getSetCookie()]).toEqual([null, []]);
  });

  it('#129 a form from one browser approves nothing in another', async () => {
    const [mallory, victim] = [await openForm(gate.user()), await openForm(gate.user())];
    const response = await post(mallory.fields, { cookie: victim.cookies, origin: gate.cloud.origin });
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });

  it('#131 #19 the same form sent twice at once starts one login, by 303', async () => {
    const { fields, cookies } = await openForm(gate.user());
    const send = () => post(fields, { cookie: cookies, origin: gate.cloud.origin });
    const answers = await Promise.all([send(), send()]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(new Set(answers.map(({ headers }) => headers.get('location'))).size).toBe(1);
  });

  it('#2 #30 #37 unknown fields of the form or the request are ignored', async () => {
    const { fields, cookies } = await openForm(gate.user());
    const more = {
      client_id: 'canary',
      redirect_uri: 'https://evil.test',
      scope: 'canary',
      resource: 'https://evil.test',
    };
    const response = await post({ ...fields, ...more }, { cookie: cookies, origin: gate.cloud.origin });
    const location = new URL(response.headers.get('location') ?? '');
    expect(location.origin).toBe(gate.providers.company.origin);
    expect([...location.searchParams.keys()].sort()).toEqual([
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'nonce',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
    ]);
    expect(location.href).not.toMatch(/canary|evil/);
    const { url } = authorizationRequest(gate.cloud, client);
    expect(location.searchParams.get('code_challenge')).not.toBe(url.searchParams.get('code_challenge'));
    expect(Buffer.from(location.searchParams.get('state') ?? '', 'base64url').toString('latin1')).not.toMatch(/canary/);
  });
});
