import type { Client } from '../../../lambdas/core/clients/client.ts';
import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { Browser } from '../../support/authorization/browser.ts';
import {
  authorizationQuery,
  ISSUER,
  locationOf,
  sealedRequestOf,
  withOneCharacterChanged,
} from '../../support/authorization/requests.ts';
import { PERSON } from '../../support/authorization/scripted-idp.ts';
import { ALONE, CLIENT, expectForm, isSentOn, REMEMBERED_BROWSER_COOKIE, remembered, stateOf } from './fixture.ts';

describe('A remembered consent', () => {
  it.each(['none', 'same-origin'])(
    'Sec-Fetch-Site: %s: one write, and on to the provider; the login ends as ever',
    async (site) => {
      const { gate, browser } = await remembered();
      const answer = await gate.authorize(authorizationQuery({ state: 'again' }), browser, { 'sec-fetch-site': site });
      expect(isSentOn(answer)).toBe(true);
      expect(answer.cookies).toEqual([expect.stringMatching(/^__Host-gatehouse-tx-[\w-]{22}=/)]);
      expect(gate.transactions.writes).toBe(1);
      expect(gate.events()).toEqual(['consent_remembered']);
      const end = await gate.callback(stateOf(answer), browser);
      expect(Object.fromEntries(locationOf(end).searchParams)).toEqual({
        code: expect.stringMatching(/^gh_ac_/),
        state: 'again',
        iss: ISSUER,
      });
      expect(gate.consents.writes).toBe(1);
    },
  );

  it.each<[string, Record<string, string | readonly string[]>]>([
    ['absent', {}],
    ['cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['same-site', { 'sec-fetch-site': 'same-site' }],
    ['empty', { 'sec-fetch-site': '' }],
    ['of another spelling', { 'sec-fetch-site': 'None' }],
    ['two values', { 'sec-fetch-site': ['none', 'cross-site'] }],
    ['of a prefetched page', { ...ALONE, 'sec-purpose': 'prefetch' }],
  ])('#128 Sec-Fetch-Site %s: the form', async (_, headers) => {
    const { gate, browser } = await remembered();
    expectForm(await gate.authorize(authorizationQuery(), browser, headers as Record<string, string>));
    expect(gate.transactions.writes).toBe(0);
  });

  it.each(['login', 'consent', 'select_account'])('prompt=%s: the form', async (prompt) => {
    const { gate, browser } = await remembered();
    expectForm(await gate.authorize(authorizationQuery({ prompt }), browser, ALONE));
  });

  it('prompt=none is refused as always', async () => {
    const { gate, browser } = await remembered();
    const answer = await gate.authorize(authorizationQuery({ prompt: 'none' }), browser, ALONE);
    expect(locationOf(answer).searchParams.get('error')).toBe('consent_required');
  });

  it.each<[string, Record<string, string>]>([
    ['one more scope', { scope: 'mcp extra' }],
    ['another server', { resource: `${ISSUER}/other` }],
    ['another redirect URI of the client', { redirect_uri: 'https://client.example.com/other' }],
  ])('#140 with %s: the form', async (_, change) => {
    const redirectUris = ['https://client.example.com/callback', 'https://client.example.com/other'];
    const gate = new AuthorizationHarness({ rememberConsent: true, paths: ['/mcp', '/other'] });
    gate.addClient({ ...CLIENT, redirectUris });
    const browser = new Browser();
    const query = { resource: `${ISSUER}/mcp` };
    const sent = await gate.approve(browser, authorizationQuery(query), { decision: 'approve', remember: 'yes' });
    await gate.callback(new URLSearchParams({ code: 'c', state: sent.searchParams.get('state') ?? '' }), browser);
    expect(isSentOn(await gate.authorize(authorizationQuery(query), browser, ALONE))).toBe(true);
    expectForm(await gate.authorize(authorizationQuery({ ...query, ...change }), browser, ALONE));
  });

  it.each<[string, Partial<Client>]>([
    ['name', { clientName: 'Another name' }],
    ['redirect URIs', { redirectUris: ['https://client.example.com/callback', 'https://evil.test/cb'] }],
    ['credentials', { tokenEndpointAuthMethods: ['private_key_jwt'], jwksUri: 'https://client.example.com/jwks' }],
  ])('#140 when the client has changed its %s: the form', async (_, change) => {
    const { gate, browser } = await remembered();
    gate.addClient({ ...CLIENT, ...change });
    expectForm(await gate.authorize(authorizationQuery(), browser, ALONE));
  });

  it('#140 when the document of the client has changed: the form', async () => {
    const clientId = 'https://app.example.com/client.json';
    const document = {
      client_id: clientId,
      client_name: 'App',
      redirect_uris: ['https://app.example.com/cb'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'https://app.example.com/jwks.json',
    };
    const gate = new AuthorizationHarness({ rememberConsent: true });
    gate.documents.set(clientId, document);
    const browser = new Browser();
    const query = authorizationQuery({ client_id: clientId, redirect_uri: 'https://app.example.com/cb' });
    const sent = await gate.approve(browser, query, { decision: 'approve', remember: 'yes' });
    await gate.callback(new URLSearchParams({ code: 'c', state: sent.searchParams.get('state') ?? '' }), browser);
    expect(isSentOn(await gate.authorize(query, browser, ALONE))).toBe(true);
    gate.documents.set(clientId, { ...document, client_name: 'Another app' });
    gate.now += 3600;
    expectForm(await gate.authorize(query, browser, ALONE));
  });

  it('#125 does not apply to another client', async () => {
    const { gate, browser } = await remembered();
    gate.addClient({ ...CLIENT, clientId: 'another' });
    expectForm(await gate.authorize(authorizationQuery({ client_id: 'another' }), browser, ALONE));
  });

  it('counts only in its browser: without the cookie, or with an invalid one, the form', async () => {
    const { gate, browser } = await remembered();
    const cookie = browser.cookies.get(REMEMBERED_BROWSER_COOKIE) ?? '';
    const sealed = sealedRequestOf(await gate.authorize(authorizationQuery(), browser));
    for (const value of [undefined, withOneCharacterChanged(cookie), sealed]) {
      const other = new Browser();
      if (value !== undefined) other.cookies.set(REMEMBERED_BROWSER_COOKIE, value);
      expectForm(await gate.authorize(authorizationQuery(), other, ALONE));
    }
  });

  it('ends after ninety days', async () => {
    const { gate, browser } = await remembered();
    gate.now += 90 * 86_400 - 1;
    gate.addClient(CLIENT);
    expect(isSentOn(await gate.authorize(authorizationQuery(), browser, ALONE))).toBe(true);
    gate.now += 1;
    expectForm(await gate.authorize(authorizationQuery(), browser, ALONE));
  });

  it.each(['all', 'client', 'person'])('a not-before mark (%s) ends it at once', async (whom) => {
    const { gate, browser } = await remembered();
    const [subject = ''] = gate.consents.rows.keys();
    const from = gate.now + 1;
    const notBefore = {
      clients: whom === 'client' ? { gh_client_test: from } : {},
      subjects: whom === 'person' ? { [subject]: from } : {},
      ...(whom === 'all' ? { all: from } : {}),
    };
    gate.keyRings.ring = { version: 2, keys: [], notBefore };
    expectForm(await gate.authorize(authorizationQuery(), browser, ALONE));
  });

  it('when its provider is gone: the form', async () => {
    const { gate, browser } = await remembered();
    gate.providers.keys();
    const [[subject, consents] = ['', []]] = gate.consents.rows;
    gate.consents.rows.set(
      subject,
      consents.map((consent) => ({ ...consent, identityProviderId: 'former' })),
    );
    expectForm(await gate.authorize(authorizationQuery(), browser, ALONE));
  });

  it('#126 the login that it starts completes only in that browser', async () => {
    const { gate, browser } = await remembered();
    const sent = await gate.authorize(authorizationQuery(), browser, ALONE);
    expect((await gate.callback(stateOf(sent), new Browser())).status).toBe(403);
  });

  it('another user who logs in gets a page, no code, and the form next time', async () => {
    const { gate, browser } = await remembered();
    const grants = gate.grants.rows.size;
    const sent = await gate.authorize(authorizationQuery(), browser, ALONE);
    gate.provider().answer = () => ({ ...PERSON, subject: 'person-2' });
    const answer = await gate.callback(stateOf(sent), browser);
    expect([answer.status, answer.headers.location, gate.grants.rows.size]).toEqual([403, undefined, grants]);
    expect(answer.body).toContain('Please confirm this connection');
    expect(browser.cookies.has(REMEMBERED_BROWSER_COOKIE)).toBe(false);
    expect(gate.logged.at(-1)).toMatchObject({ event: 'login_failed', reason: 'other_user' });
    expectForm(await gate.authorize(authorizationQuery(), browser, ALONE));
  });

  it('withdrawn during the login: no code', async () => {
    const { gate, browser } = await remembered();
    const sent = await gate.authorize(authorizationQuery(), browser, ALONE);
    gate.consents.rows.clear();
    const answer = await gate.callback(stateOf(sent), browser);
    expect([answer.status, answer.headers.location]).toEqual([403, undefined]);
  });

  it('does not give access to a user whom the rules no longer name', async () => {
    const { gate, browser } = await remembered({ access: { emails: ['ada@example.com'] } });
    const sent = await gate.authorize(authorizationQuery(), browser, ALONE);
    gate.provider().answer = () => ({ ...PERSON, email: 'former@example.com' });
    const answer = await gate.callback(stateOf(sent), browser);
    expect([answer.status, answer.headers.location]).toEqual([403, undefined]);
  });

  it('a fault is 503, not a redirect without the form', async () => {
    const { gate, browser } = await remembered();
    gate.consents.failing = true;
    expect((await gate.authorize(authorizationQuery(), browser, ALONE)).status).toBe(503);
  });
});
