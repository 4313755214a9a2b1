import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { CookieJar } from 'tough-cookie';
import { type Listening, listenOnLocalhost } from '../../tools/local/cloud/listen.ts';
import { createIdentityProvider, providerKeys } from '../../tools/local/development-provider/index.ts';
import { parseLogin, userOf } from '../../tools/local/development-provider/user.ts';

const REDIRECT_URI = 'http://localhost:4999/callback/company';
const VERIFIER = 'v'.repeat(64);

describe('The development provider', () => {
  let listening: Listening;
  let origin: string;
  let serve: ReturnType<typeof createIdentityProvider>;
  beforeAll(async () => {
    listening = await listenOnLocalhost((request, response) => serve(request, response), 0);
    origin = `http://localhost:${listening.port}`;
    const client = (id: string) => ({
      clientId: `gatehouse-${id}`,
      clientSecret: 's'.repeat(40),
      redirectUri: REDIRECT_URI,
    });
    serve = createIdentityProvider(
      origin,
      { company: client('company'), other: client('other') },
      await providerKeys(undefined),
    );
  });
  afterAll(() => listening.close());

  /** A browser: keeps cookies, follows nothing. */
  const browser = () => {
    const jar = new CookieJar();
    return async (url: string, init: RequestInit = {}) => {
      const response = await fetch(url, {
        ...init,
        redirect: 'manual',
        headers: { cookie: await jar.getCookieString(url) },
      });
      for (const cookie of response.headers.getSetCookie()) await jar.setCookie(cookie, url);
      const location = response.headers.get('location');
      return { response, location: location === null ? '' : new URL(location, url).href };
    };
  };
  const authorizationUrl = (id: string, extra: Record<string, string> = {}) =>
    `${origin}/${id}/auth?${new URLSearchParams({
      response_type: 'code',
      client_id: `gatehouse-${id}`,
      redirect_uri: REDIRECT_URI,
      scope: 'openid email profile',
      state: 'state',
      nonce: 'nonce',
      code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
      code_challenge_method: 'S256',
      ...extra,
    })}`;
  const logIn = async (open: ReturnType<typeof browser>, id: string, login: string): Promise<URL> => {
    const { location: page } = await open(authorizationUrl(id));
    const { location: resume } = await open(page, { method: 'POST', body: new URLSearchParams({ login }) });
    return new URL((await open(resume)).location);
  };
  const redeem = (id: string, code: string, verifier = VERIFIER) =>
    fetch(`${origin}/${id}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`gatehouse-${id}:${'s'.repeat(40)}`)}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: REDIRECT_URI,
        code_verifier: verifier,
      }),
    });

  it('has a discovery document under each id', async () => {
    for (const id of ['company', 'other']) {
      const response = await fetch(`${origin}/${id}/.well-known/openid-configuration`);
      expect(await response.json()).toMatchObject({
        issuer: `${origin}/${id}`,
        token_endpoint: `${origin}/${id}/token`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
      });
    }
    expect((await fetch(`${origin}/nemo/.well-known/openid-configuration`)).status).toBe(404);
  });

  it('accepts any login name, on a page that says what the provider is', async () => {
    const { response, location } = await browser()(authorizationUrl('company'));
    expect(response.status).toBe(303);
    expect(location).toMatch(new RegExp(`^${origin}/company/interaction/`));
  });

  it('issues an ID token with verified e-mail, name and nonce', async () => {
    const back = await logIn(browser(), 'company', 'alice.smith');
    expect(back.href.startsWith(REDIRECT_URI)).toBe(true);
    expect(back.searchParams.get('state')).toBe('state');
    expect(back.searchParams.get('iss')).toBe(`${origin}/company`);
    const answer = await redeem('company', back.searchParams.get('code') ?? '');
    const tokens = (await answer.json()) as { id_token: string; access_token: string };
    const { payload } = await jwtVerify(tokens.id_token, createRemoteJWKSet(new URL(`${origin}/company/jwks`)), {
      issuer: `${origin}/company`,
      audience: 'gatehouse-company',
    });
    const person = { sub: 'alice.smith', email: 'alice.smith@example.com', email_verified: true, name: 'Alice Smith' };
    expect(payload).toMatchObject({ ...person, nonce: 'nonce' });
    const me = await fetch(`${origin}/company/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(await me.json()).toMatchObject(person);
  });

  it('asks at every login, so that the same browser can log in as another user', async () => {
    const open = browser();
    await logIn(open, 'company', 'alice');
    const back = await logIn(open, 'company', 'bob');
    const { id_token } = (await (await redeem('company', back.searchParams.get('code') ?? '')).json()) as {
      id_token: string;
    };
    expect(JSON.parse(atob(id_token.split('.')[1] ?? ''))).toMatchObject({ sub: 'bob' });
  });

  it('serves two logins of one browser side by side, also at two providers', async () => {
    const open = browser();
    const pages = await Promise.all(['company', 'other', 'company'].map((id) => open(authorizationUrl(id))));
    for (const { location } of pages) expect((await open(location)).response.status).toBe(200);
    for (const [index, { location }] of pages.entries()) {
      const { location: resume } = await open(location, {
        method: 'POST',
        body: new URLSearchParams({ login: `u${index}` }),
      });
      expect((await open(resume)).location).toMatch(/[?&]code=/);
    }
  });

  it('accepts a code once, and only with its verifier (RFC 7636 §4.6)', async () => {
    const code = (await logIn(browser(), 'company', 'alice')).searchParams.get('code') ?? '';
    expect((await redeem('company', code, 'w'.repeat(64))).status).toBe(400);
    const other = (await logIn(browser(), 'company', 'alice')).searchParams.get('code') ?? '';
    expect((await redeem('company', other)).status).toBe(200);
    expect((await redeem('company', other)).status).toBe(400);
  });

  it('shows the form again, escaped, when the login name is invalid', async () => {
    const open = browser();
    const { location } = await open(authorizationUrl('company', { login_hint: '"><script>' }));
    const page = await (await open(location)).response.text();
    expect(page).toContain('development provider');
    expect(page).not.toContain('<script>');
    const { response } = await open(location, { method: 'POST', body: new URLSearchParams({ login: '<b>' }) });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Letters, digits');
  });

  it('shows a page for a login that has ended', async () => {
    const { response } = await browser()(`${origin}/company/interaction/gone`);
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
  });
});

describe('The keys of the development provider', () => {
  it('survive a restart only with a data folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-provider-'));
    try {
      const kept = await providerKeys(folder);
      expect(await providerKeys(folder)).toEqual(kept);
      expect((await providerKeys(undefined)).jwk.n).not.toBe(kept.jwk.n);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('Logins', () => {
  it.each([
    ['alice', 'alice'],
    [' Alice@example.com ', 'alice'],
    ['a.b_c+d-e', 'a.b_c+d-e'],
    ['', undefined],
    ['a b', undefined],
    ['alice@corp.example', undefined],
    ['.a', undefined],
    ['x'.repeat(65), undefined],
  ])('%j is %j', (typed, login) => {
    expect(parseLogin(typed)).toBe(login);
  });

  it('become users', () => {
    expect(userOf('ada')).toEqual({
      sub: 'ada',
      email: 'ada@example.com',
      email_verified: true,
      name: 'Ada',
      preferred_username: 'ada',
    });
  });
});
