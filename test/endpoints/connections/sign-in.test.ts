import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { UpstreamError } from '../../../lambdas/core/upstream/errors.ts';
import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { Browser } from '../../support/authorization/browser.ts';
import { ISSUER, locationOf } from '../../support/authorization/requests.ts';
import { PERSON } from '../../support/authorization/scripted-idp.ts';
import { formsOf } from '../../support/http/html-form.ts';
import { connected, connectionIdsOf, logIn, sessionOf, stateOf } from './fixture.ts';

describe('Logging in to my connections', () => {
  it('shows a button for each provider, and reads and writes nothing', async () => {
    const gate = new AuthorizationHarness({ providers: ['google', 'work'] });
    const answer = await gate.connections(new Browser());
    expect([answer.status, answer.headers['cache-control'], answer.headers['x-frame-options']]).toEqual([
      200,
      'no-store',
      'DENY',
    ]);
    expect(formsOf(answer.body)).toEqual([
      {
        action: '/connections',
        method: 'post',
        fields: {},
        buttons: [
          { name: 'idp', value: 'google' },
          { name: 'idp', value: 'work' },
        ],
      },
    ]);
    expect(answer.cookies).toEqual([]);
    expect([gate.grants.reads, gate.transactions.writes]).toEqual([0, 0]);
  });

  it('one write, the binding cookie, and a redirect to the chosen provider', async () => {
    const gate = new AuthorizationHarness({ providers: ['google', 'work'] });
    const answer = await gate.connections(new Browser(), { idp: 'work' });
    expect([answer.status, locationOf(answer).host]).toEqual([303, 'work.idp.example']);
    expect(answer.cookies).toEqual([expect.stringMatching(/^__Host-gatehouse-tx-[\w-]{22}=.*SameSite=Lax$/)]);
    expect(gate.transactions.writes).toBe(1);
    expect([...gate.transactions.rows.values()]).toEqual([
      expect.objectContaining({ purpose: 'connections', identityProviderId: 'work', status: 'approved', leg: 1 }),
    ]);
  });

  it('ends with a sealed session of ten minutes, and no grant', async () => {
    const gate = new AuthorizationHarness();
    const { answer } = await logIn(gate);
    expect([answer.status, answer.headers.location]).toEqual([303, `${ISSUER}/connections`]);
    expect(answer.cookies[0]).toMatch(/^__Host-gatehouse-tx-.*Max-Age=0;/);
    expect(answer.cookies[1]).toMatch(
      /^__Host-gatehouse-session=[\w.-]+; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=Lax$/,
    );
    expect(gate.grants.rows.size).toBe(0);
    expect(gate.clients.writes).toBe(0);
    expect(gate.events()).toEqual(['connections_opened']);
    expect(JSON.stringify(answer)).not.toContain('ada@example.com');
  });

  it('applies no access rule: users who lost access still see and end their connections', async () => {
    const { gate } = await connected();
    const strict = new AuthorizationHarness({ access: { emails: ['another@example.com'] } });
    for (const [id, grant] of gate.grants.rows) strict.grants.rows.set(id, grant);
    strict.addClient();
    const { browser } = await logIn(strict);
    const shown = await strict.connections(browser);
    expect(shown.body).toContain('Test client');
    const form = { session: sessionOf(shown), action: 'end', connection: connectionIdsOf(shown)[0] ?? '' };
    await strict.connections(browser, form);
    expect((await strict.connections(browser)).body).not.toContain('Test client');
  });

  it.each(['unknown', 'constructor', '__proto__'])('there is no provider %s', async (idp) => {
    const gate = new AuthorizationHarness();
    expect((await gate.connections(new Browser(), { idp })).status).toBe(400);
    expect(gate.transactions.rows.size).toBe(0);
  });

  it('#126 the login completes only in the browser in which it began', async () => {
    const gate = new AuthorizationHarness();
    const sent = await gate.connections(new Browser(), { idp: 'company' });
    const answer = await gate.callback(stateOf(sent), new Browser());
    expect([answer.status, answer.cookies]).toEqual([403, []]);
    expect(gate.provider().redeemed).toEqual([]);
  });

  it('#145 replayed: one session', async () => {
    const gate = new AuthorizationHarness();
    const browser = new Browser();
    const back = stateOf(await gate.connections(browser, { idp: 'company' }));
    const answers = await Promise.all(Array.from({ length: 5 }, () => gate.callback(back, browser)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  });

  it('#161 the provider is down: "Try again" starts a new attempt', async () => {
    const gate = new AuthorizationHarness();
    const browser = new Browser();
    const sent = await gate.connections(browser, { idp: 'company' });
    gate.provider().answer = () => {
      throw new UnavailableError('the identity provider');
    };
    const down = await gate.callback(stateOf(sent), browser);
    expect(down.status).toBe(503);
    const href = /href="([^"]+)">Try again/.exec(down.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    gate.provider().answer = () => PERSON;
    const again = new URLSearchParams({ code: 'second', state: new URL(href).searchParams.get('state') ?? '' });
    expect((await gate.callback(again, browser)).headers.location).toBe(`${ISSUER}/connections`);
  });

  it('declined at the provider: back to the page', async () => {
    const gate = new AuthorizationHarness();
    const browser = new Browser();
    const sent = await gate.connections(browser, { idp: 'company' });
    gate.provider().answer = () => {
      throw new UpstreamError('denied', 'declined');
    };
    const answer = await gate.callback(stateOf(sent), browser);
    expect([answer.status, answer.headers.location]).toEqual([303, `${ISSUER}/connections`]);
    expect(answer.cookies.join()).not.toContain('session');
    expect(gate.logged.at(-1)).toMatchObject({ event: 'login_failed', reason: 'denied' });
  });
});
