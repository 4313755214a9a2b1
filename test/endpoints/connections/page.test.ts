import { Browser } from '../../support/authorization/browser.ts';
import type { Answer } from '../../support/authorization/invoke.ts';
import { authorizationQuery, ISSUER, withOneCharacterChanged } from '../../support/authorization/requests.ts';
import { PERSON } from '../../support/authorization/scripted-idp.ts';
import { formsOf } from '../../support/http/html-form.ts';
import { connected, connectionIdsOf, logIn } from './fixture.ts';

describe('My connections', () => {
  it('shows client, server, scopes and time of the user’s own connections only', async () => {
    const { gate, add, other } = await connected();
    add({ clientId: 'gone', scopes: ['mcp'], redirectUri: 'com.example.app:/cb', resource: `${ISSUER}/other` });
    const { browser } = await logIn(gate);
    const { status, body } = await gate.connections(browser);
    expect(status).toBe(200);
    for (const text of [
      'ada@example.com',
      'Test client',
      'The application chose this name itself. The name has not been verified.',
      'client.example.com',
      'gate.example.com/mcp',
      'Use the tools of this server',
      '<time datetime="2027-01-15">January 15, 2027</time>',
      'Unknown application',
      'the app that opens <bdi>com.example.app:</bdi> links',
      'loses its access within a minute',
    ]) {
      expect(body).toContain(text);
    }
    expect(connectionIdsOf({ body } as Answer)).toHaveLength(2);
    expect(body).not.toContain(other.grantId);
    expect(body).not.toContain('<script');
  });

  it('#92 says how often an application was connected, if more than once', async () => {
    const { gate, add } = await connected();
    const { browser } = await logIn(gate);
    expect((await gate.connections(browser)).body).not.toContain('Times connected');
    const [mine] = [...gate.grants.rows.values()];
    for (let count = 0; count < 2; count += 1) add({ clientId: mine?.clientId, resource: mine?.resource });
    expect((await gate.connections(browser)).body).toContain('<dt>Times connected</dt><dd>3</dd>');
  });

  it('#134, #136 hostile names are harmless', async () => {
    const { gate } = await connected();
    gate.addClient({ clientName: '<img src=x onerror=alert(1)>\u202e' });
    gate.provider().answer = () => ({ ...PERSON, email: '"><script>@evil.test' });
    const { browser } = await logIn(gate);
    const { body } = await gate.connections(browser);
    expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;</bdi>');
    expect(body).toContain('&quot;&gt;&lt;script&gt;@evil.test');
    expect(body).not.toMatch(/<script|<img|\u202e/);
  });

  it('reads only the grants and the listed clients', async () => {
    const { gate, add } = await connected();
    add({ clientId: 'gh_client_test', resource: `${ISSUER}/other` });
    const { browser } = await logIn(gate);
    gate.grants.reads = 0;
    gate.clients.reads = 0;
    await gate.connections(browser);
    expect([gate.grants.reads, gate.clients.reads, gate.keyRings.reads]).toEqual([1, 1, 1]);
  });

  it('shows the login page without a session, or with an expired or altered one', async () => {
    const { gate } = await connected();
    const { browser } = await logIn(gate);
    const [name, value] = [...browser.cookies].find(([cookie]) => cookie.includes('session')) ?? ['', ''];
    const altered = new Browser();
    altered.cookies.set(name, withOneCharacterChanged(value));
    expect((await gate.connections(altered)).body).not.toContain('Test client');
    expect((await gate.connections(browser)).body).toContain('Test client');
    gate.now += 600;
    expect((await gate.connections(browser)).body).not.toContain('Test client');
    expect((await gate.connections(browser)).body).toContain('name="idp"');
  });

  it('a sealed consent form is not a session', async () => {
    const { gate } = await connected();
    const browser = new Browser();
    const { body } = await gate.authorize(authorizationQuery(), browser);
    browser.cookies.set('__Host-gatehouse-session', formsOf(body)[0]?.fields.request ?? '');
    expect((await gate.connections(browser)).body).toContain('name="idp"');
  });

  it('a fault is 503, not the login page', async () => {
    const { gate } = await connected();
    const { browser } = await logIn(gate);
    gate.grants.failing = true;
    const answer = await gate.connections(browser);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, expect.any(String)]);
  });
});
