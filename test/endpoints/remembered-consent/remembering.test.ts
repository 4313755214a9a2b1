import type { Client } from '../../../lambdas/core/clients/client.ts';
import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { Browser } from '../../support/authorization/browser.ts';
import { authorizationQuery, ISSUER, sealedRequestOf } from '../../support/authorization/requests.ts';
import { formsOf } from '../../support/http/html-form.ts';
import { ALONE, CLIENT, expectForm, REMEMBERED_BROWSER_COOKIE, remembered, stateOf } from './fixture.ts';

describe('Without the option', () => {
  it('the form has no box, no consent is kept, and /authorize reads and writes nothing more', async () => {
    const { gate, browser, answer } = await remembered({ rememberConsent: false });
    expect(answer.status).toBe(303);
    expect([...browser.cookies.keys()]).not.toContain(REMEMBERED_BROWSER_COOKIE);
    expect([gate.consents.reads, gate.consents.writes]).toEqual([0, 0]);
    gate.clients.reads = 0;
    const again = await gate.authorize(authorizationQuery(), browser, ALONE);
    expectForm(again);
    expect(again.body).not.toContain('name="remember"');
    expect([gate.clients.reads, gate.transactions.writes, gate.keyRings.reads]).toEqual([1, 0, 0]);
  });
});

describe('Remembering a consent', () => {
  it('is offered by an unticked box', async () => {
    const gate = new AuthorizationHarness({ rememberConsent: true });
    gate.addClient(CLIENT);
    const { body } = await gate.authorize(authorizationQuery());
    expect(body).toContain('<input type="checkbox" name="remember" value="yes">');
    expect(formsOf(body)[0]?.fields).not.toHaveProperty('remember');
  });

  it('happens when the login completes, with a sealed cookie that names the user', async () => {
    const { gate, answer } = await remembered();
    expect(answer.cookies).toEqual([
      expect.stringMatching(/^__Host-gatehouse-tx-.*Max-Age=0;/),
      expect.stringMatching(
        /^__Host-gatehouse-remembered-browser=[\w.-]+; Path=\/; Max-Age=7776000; Secure; HttpOnly; SameSite=Lax$/,
      ),
    ]);
    const [[subject, consents] = ['', []]] = gate.consents.rows;
    expect(subject).toBe([...gate.grants.rows.values()][0]?.subject);
    expect(consents).toEqual([
      expect.objectContaining({
        clientId: 'gh_client_test',
        resource: `${ISSUER}/mcp`,
        scopes: ['mcp'],
        identityProviderId: 'company',
        givenAt: gate.now,
        expiresAt: gate.now + 90 * 86_400,
      }),
    ]);
    expect(answer.cookies.join()).not.toContain(subject);
  });

  it('#127 stores nothing, and sets no cookie, before the login completes', async () => {
    const gate = new AuthorizationHarness({ rememberConsent: true, access: { emails: ['another@example.com'] } });
    gate.addClient(CLIENT);
    const browser = new Browser();
    const shown = await gate.authorize(authorizationQuery(), browser);
    const sent = await gate.consent({ request: sealedRequestOf(shown), decision: 'approve', remember: 'yes' }, browser);
    expect([...browser.cookies.keys()]).not.toContain(REMEMBERED_BROWSER_COOKIE);
    expect((await gate.callback(stateOf(sent), browser)).status).toBe(403);
    expect(gate.consents.rows.size).toBe(0);
    expect([...browser.cookies.keys()]).not.toContain(REMEMBERED_BROWSER_COOKIE);
  });

  it.each<[string, Record<string, string>]>([
    ['the box is not ticked', { remember: '' }],
    ['the box has another value', { remember: 'true' }],
  ])('does not happen when %s', async (_, form) => {
    const { gate, browser } = await remembered({}, CLIENT, form);
    expect([gate.consents.rows.size, browser.cookies.has(REMEMBERED_BROWSER_COOKIE)]).toEqual([0, false]);
  });

  it.each<[string, Partial<Client>]>([
    ['#128 a client without credentials', { tokenEndpointAuthMethods: ['none'] }],
    ['#138 a client on this computer', { ...CLIENT, redirectUris: ['http://127.0.0.1/cb'] }],
    ['#138 an app', { ...CLIENT, redirectUris: ['com.example.app:/cb'] }],
  ])('is not offered to %s, and does not happen even if the form asks for it', async (_, client) => {
    const gate = new AuthorizationHarness({ rememberConsent: true });
    gate.addClient(client);
    const browser = new Browser();
    const query = authorizationQuery({
      redirect_uri: client.redirectUris?.[0] ?? 'https://client.example.com/callback',
    });
    expect((await gate.authorize(query)).body).not.toContain('name="remember"');
    const sent = await gate.approve(browser, query, { decision: 'approve', remember: 'yes' });
    await gate.callback(new URLSearchParams({ code: 'c', state: sent.searchParams.get('state') ?? '' }), browser);
    expect([gate.consents.rows.size, browser.cookies.has(REMEMBERED_BROWSER_COOKIE)]).toEqual([0, false]);
    expectForm(await gate.authorize(query, browser, ALONE));
  });

  it('a fault of its table is a page with "Try again", and no code is sent', async () => {
    const gate = new AuthorizationHarness({ rememberConsent: true });
    gate.addClient(CLIENT);
    const browser = new Browser();
    const sent = await gate.approve(browser, authorizationQuery(), { decision: 'approve', remember: 'yes' });
    gate.consents.failing = true;
    const back = new URLSearchParams({ code: 'c', state: sent.searchParams.get('state') ?? '' });
    const answer = await gate.callback(back, browser);
    expect([answer.status, answer.headers.location]).toEqual([503, undefined]);
  });
});
