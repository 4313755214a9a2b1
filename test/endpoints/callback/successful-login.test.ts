import { sha256 } from '../../../lambdas/core/crypto.ts';
import { EXPIRED_CODE_RETENTION_SECONDS } from '../../../lambdas/core/grants/authorization-code.ts';
import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { Browser } from '../../support/authorization/browser.ts';
import { CODE_CHALLENGE, ISSUER, locationOf, REDIRECT_URI } from '../../support/authorization/requests.ts';
import { PERSON } from '../../support/authorization/scripted-idp.ts';
import { approved } from './fixture.ts';

describe('Callback', () => {
  it('sends the client a code, with state and iss (RFC 6749 §4.1.2, RFC 9207 §2): two writes', async () => {
    const { gate, browser, back } = await approved();
    gate.transactions.writes = 0;
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(303);
    const location = locationOf(answer);
    expect(`${location.origin}${location.pathname}`).toBe(REDIRECT_URI);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      code: expect.stringMatching(/^gh_ac_[\w-]{22}\.[\w-]{43}$/),
      state: 'the state',
      iss: ISSUER,
    });
    const { transactions, grants, clients } = gate;
    expect([transactions.writes, transactions.reads, grants.writes, grants.reads, clients.writes]).toEqual([
      1, 0, 1, 0, 0,
    ]);
    expect(gate.events()).toEqual(['consent_shown', 'consent_given', 'login_succeeded', 'code_issued']);
    expect([...browser.cookies.keys()]).toEqual(['__Host-gatehouse-page']);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });

  it('stores the grant with the hash of the code, and no more of the user than is needed (#236)', async () => {
    const { gate, browser, back } = await approved();
    const code = locationOf(await gate.callback(back, browser)).searchParams.get('code') ?? '';
    const [grant] = gate.grants.rows.values();
    expect(grant).toEqual({
      grantId: expect.stringMatching(/^[\w-]{22}$/),
      clientId: 'gh_client_test',
      redirectUri: REDIRECT_URI,
      codeChallenge: CODE_CHALLENGE,
      resource: `${ISSUER}/mcp`,
      scopes: ['mcp'],
      subject: expect.stringMatching(/^[\w-]{43}$/),
      identity: { identityProviderId: 'company', issuer: PERSON.issuer, subject: 'person-1', emailVerified: true },
      status: 'issued',
      codeHash: sha256(code),
      codeExpiresAt: gate.now + 60,
      issuedAt: gate.now,
      expiresAt: gate.now + 60 + EXPIRED_CODE_RETENTION_SECONDS,
    });
    expect(JSON.stringify([...gate.grants.rows.values(), ...gate.logged])).not.toContain(code.split('.')[1]);
  });

  it('keeps email address and name if a scope exposes them', async () => {
    const { gate, browser, back } = await approved({ requiredScopes: ['mcp', 'email', 'profile'] });
    await gate.callback(back, browser);
    expect([...gate.grants.rows.values()][0]?.identity).toEqual(PERSON);
  });

  it('#182 extends the lifetime of a client when that is due, by a third write', async () => {
    const gate = new AuthorizationHarness();
    gate.addClient({ expiresAt: gate.now + 86_400 });
    const browser = new Browser();
    const upstream = await gate.approve(browser);
    await gate.callback(new URLSearchParams({ code: 'c', state: upstream.searchParams.get('state') ?? '' }), browser);
    expect(gate.clients.writes).toBe(1);
    expect(gate.clients.rows.get('gh_client_test')?.expiresAt).toBe(gate.now + 97 * 86_400);
  });

  it('#131 two tabs of one browser do not disturb each other', async () => {
    const gate = new AuthorizationHarness();
    gate.addClient();
    const browser = new Browser();
    const states = [await gate.approve(browser), await gate.approve(browser)].map(
      (url) => url.searchParams.get('state') ?? '',
    );
    for (const state of states.reverse()) {
      expect((await gate.callback(new URLSearchParams({ code: 'c', state }), browser)).status).toBe(303);
    }
    expect(gate.grants.rows.size).toBe(2);
  });
});
