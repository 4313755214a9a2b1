import { type Seen, User } from '../../support/browser/user.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import { formsOf } from '../../support/http/html-form.ts';
import { obtainSession, refresh, registerClient, type Session } from '../../support/http/oauth-requests.ts';

const cloud = sharedCloud();
const page = `${cloud.origin}/connections`;

/** A user with connected clients of these names, and a browser that shows the connections page. */
const connected = async (login: string, ...names: string[]) => {
  const user = new User(cloud, login);
  const sessions: Session[] = [];
  for (const client_name of names) {
    sessions.push(await obtainSession(cloud, { user, client: await registerClient(cloud, { client_name }) }));
  }
  return { user, sessions, seen: await user.signIn(page) };
};

/** Presses a button of the connection with that name, or of the page. */
const press = (user: User, seen: Seen, action: string, name = ''): Promise<Seen> => {
  const [html = ''] = seen.html.split('<section').filter((part) => part.includes(name) && part.includes(`"${action}"`));
  const [form] = formsOf(html);
  if (form === undefined) throw new Error(`no form to ${action} ${name}: ${seen.html}`);
  return user.submit(seen, form, { action });
};

const refreshed = async ({ client, refreshToken }: Session) => {
  const { status, body } = await refresh(cloud, client, refreshToken);
  return [status, body.error];
};

describe('The connections page', () => {
  it('a user logs in and ends one connection, and its next refresh is invalid_grant at once', async () => {
    const { user, sessions, seen } = await connected('connie', 'First client', 'Second client');
    const [first, second] = sessions as [Session, Session];
    expect([seen.status, seen.url.href]).toEqual([200, page]);
    for (const text of ['connie@example.com', 'First client', 'Second client', '127.0.0.1:53682']) {
      expect(seen.html).toContain(text);
    }

    const after = await press(user, seen, 'end', 'First client');
    expect([after.status, after.url.href]).toEqual([200, page]);
    expect(after.html).toContain('Second client');
    expect(after.html).not.toContain('First client');
    expect(await refreshed(first)).toEqual([400, 'invalid_grant']);
    expect(await refreshed(second)).toEqual([200, undefined]);
    // The door refuses its access token within a minute, and everything that reads the grant refuses it at once.
    const told = ({ accessToken }: Session) =>
      fetch(`${cloud.origin}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
    expect([(await told(first)).status, (await told(second)).status]).toEqual([401, 200]);
  });

  it('a user can end all connections at once, and other users keep theirs', async () => {
    const { sessions: others } = await connected('cora', 'First client');
    const { user, sessions, seen } = await connected('carl', 'First client', 'Second client');
    const after = await press(user, seen, 'end-all');
    expect(after.html).toContain('You have no connected applications.');
    for (const session of sessions) expect(await refreshed(session)).toEqual([400, 'invalid_grant']);
    for (const session of others) expect(await refreshed(session)).toEqual([200, undefined]);
  });

  it('shows only the connections of the user who logged in', async () => {
    await connected('cleo', 'The program of Cleo');
    const { user, seen } = await connected('curt');
    expect(seen.html).toContain('You have no connected applications.');
    const out = await press(user, seen, 'log-out');
    expect(out.html).toContain('name="idp"');
    expect((await user.jar.getCookies(cloud.origin)).map(({ key }) => key)).not.toContain('__Host-gatehouse-session');
  });

  it('#126 a login that another user began cannot be completed', async () => {
    const [attacker, victim] = [new User(cloud, 'eve'), new User(cloud, 'vic')];
    const began = await attacker.request(new URL(page), {
      method: 'POST',
      headers: { origin: cloud.origin },
      body: new URLSearchParams({ idp: 'company' }),
    });
    const seen = await victim.signIn(began.headers.get('location') ?? '');
    expect(seen.status).toBe(403);
    expect(seen.headers.getSetCookie().join()).not.toContain('session');
  });
});
