import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { ISSUER } from '../../support/authorization/requests.ts';
import { connected, connectionIdsOf, logIn, sessionOf } from './fixture.ts';

describe('Ending connections', () => {
  const opened = async () => {
    const { gate, grantId, add, other } = await connected();
    const { browser } = await logIn(gate);
    const shown = await gate.connections(browser);
    const session = sessionOf(shown);
    const [connection = ''] = connectionIdsOf(shown);
    const statusOf = (id: string) => gate.grants.rows.get(id)?.status;
    gate.logged.length = 0;
    return { gate, grantId, add, other, browser, session, connection, statusOf };
  };

  it('one: revokes every grant of that client at that server, and no other', async () => {
    const { gate, grantId, add, other, browser, session, connection, statusOf } = await opened();
    const { clientId, resource } = gate.grants.rows.get(grantId) ?? {};
    const [machine, elsewhere, another] = [
      add({ clientId, resource }),
      add({ clientId, resource: `${ISSUER}/other` }),
      add({ clientId: 'another', resource }),
    ];
    const answer = await gate.connections(browser, { session, action: 'end', connection });
    expect([answer.status, answer.headers.location]).toEqual([303, `${ISSUER}/connections`]);
    expect([grantId, machine.grantId].map(statusOf)).toEqual(['revoked', 'revoked']);
    expect([elsewhere, another, other].map((grant) => statusOf(grant.grantId))).toEqual([
      'redeemed',
      'redeemed',
      'redeemed',
    ]);
    expect(gate.events()).toEqual(['connection_ended', 'connection_ended']);
  });

  it('all: revokes every grant of the user, and no other', async () => {
    const { gate, grantId, add, other, browser, session, statusOf } = await opened();
    const another = add({ clientId: 'another' });
    await gate.connections(browser, { session, action: 'end-all' });
    expect([grantId, another.grantId, other.grantId].map(statusOf)).toEqual(['revoked', 'revoked', 'redeemed']);
  });

  it('A30: the access tokens of every ended connection are refused at the door, by one write', async () => {
    const { gate, grantId, add, other, browser, session } = await opened();
    const another = add({ clientId: 'another' });
    const before = gate.revokedGrants.writes;
    await gate.connections(browser, { session, action: 'end-all' });
    expect([...gate.revokedGrants.ids].sort()).toEqual([grantId, another.grantId].sort());
    expect(gate.revokedGrants.ids).not.toContain(other.grantId);
    expect(gate.revokedGrants.writes).toBe(before + 1);
  });

  it('A30: if the list cannot be written, the connection is ended, the page is 503, and sending the form again completes it', async () => {
    const { gate, grantId, add, browser, session, connection, statusOf } = await opened();
    const { clientId, resource } = gate.grants.rows.get(grantId) ?? {};
    const long = { rotatedAt: gate.now - 90_000 };
    const old = add({ clientId, resource, status: 'revoked', codeExpiresAt: gate.now - 90_000 });
    gate.grants.rows.set(old.grantId, { ...old, ...(old.family ? { family: { ...old.family, ...long } } : {}) });
    gate.revokedGrants.failing = true;
    const form = { session, action: 'end', connection };
    expect((await gate.connections(browser, form)).status).toBe(503);
    expect(statusOf(grantId)).toBe('revoked');
    gate.revokedGrants.failing = false;
    expect((await gate.connections(browser, form)).status).toBe(303);
    // The grant that was revoked long ago has no access token left.
    expect(gate.revokedGrants.ids).toEqual([grantId]);
  });

  it('an unredeemed expired code is revoked without an event', async () => {
    const { gate, add, browser, session, statusOf } = await opened();
    const dead = add({ clientId: 'dead', status: 'issued', codeExpiresAt: gate.now, expiresAt: gate.now + 3600 });
    await gate.connections(browser, { session, action: 'end-all' });
    expect(statusOf(dead.grantId)).toBe('revoked');
    expect(gate.events()).toEqual(['connection_ended']);
  });

  it('reads the index twice, and so ends what it missed at first', async () => {
    const { gate, add, browser, session, statusOf } = await opened();
    const late = add({ clientId: 'late' });
    const listed = gate.grants.grantsOfSubject.bind(gate.grants);
    let walks = 0;
    gate.grants.grantsOfSubject = async (subject, now) => {
      walks += 1;
      const grants = await listed(subject, now);
      return walks === 1 ? grants.filter(({ grantId }) => grantId !== late.grantId) : grants;
    };
    await gate.connections(browser, { session, action: 'end-all' });
    expect([walks, statusOf(late.grantId)]).toEqual([2, 'revoked']);
  });

  it.each(['', 'x', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', '__proto__'])(
    'a connection %j ends nothing',
    async (connection) => {
      const { gate, browser, session } = await opened();
      expect((await gate.connections(browser, { session, action: 'end', connection })).status).toBe(303);
      expect(gate.events()).toEqual([]);
    },
  );

  it('no parameter reaches the connections of another user', async () => {
    const { gate, other, browser, session, statusOf } = await opened();
    const { grantId, subject, clientId } = other;
    const more = { subject, sub: subject, grant: grantId, grantId, clientId };
    for (const connection of [grantId, subject]) {
      await gate.connections(browser, { session, action: 'end', connection, ...more });
    }
    await gate.connections(browser, { session, action: 'end-all', ...more });
    expect(statusOf(grantId)).toBe('redeemed');
  });

  it('signing out drops the cookie', async () => {
    const { gate, browser, session } = await opened();
    const answer = await gate.connections(browser, { session, action: 'log-out' });
    expect(answer.cookies).toEqual([expect.stringMatching(/^__Host-gatehouse-session=; .*Max-Age=0;/)]);
    expect((await gate.connections(browser)).body).toContain('name="idp"');
  });

  it.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'https://evil.test' }],
    ['no origin but cross-site', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ])('#129 from %s: refused, and nothing changes', async (_, headers) => {
    const { gate, browser, session, connection, statusOf, grantId } = await opened();
    for (const form of [{ session, action: 'end', connection }, { idp: 'company' }]) {
      expect((await gate.connections(browser, form, headers)).status).toBe(403);
    }
    expect([statusOf(grantId), gate.transactions.rows.size]).toEqual(['redeemed', 2]);
  });

  it.each([undefined, 'AAAAAAAAAAAAAAAAAAAAAA'])('#129 with the session token %s: refused', async (token) => {
    const { gate, browser, connection, statusOf, grantId } = await opened();
    const form = { action: 'end', connection, ...(token === undefined ? {} : { session: token }) };
    expect((await gate.connections(browser, form)).status).toBe(400);
    expect(statusOf(grantId)).toBe('redeemed');
  });

  it('#129 with the token of another session of the same user: refused', async () => {
    const { gate, browser, connection, statusOf, grantId } = await opened();
    const { browser: elsewhere } = await logIn(gate);
    const session = sessionOf(await gate.connections(elsewhere));
    expect((await gate.connections(browser, { session, action: 'end', connection })).status).toBe(400);
    expect(statusOf(grantId)).toBe('redeemed');
  });

  it('after the session has expired, redirects to the login, and changes nothing', async () => {
    const { gate, browser, session, statusOf, grantId } = await opened();
    gate.now += 600;
    const answer = await gate.connections(browser, { session, action: 'end-all' });
    expect([answer.status, answer.headers.location]).toEqual([303, `${ISSUER}/connections`]);
    expect(statusOf(grantId)).toBe('redeemed');
  });

  it('a form without an action is refused', async () => {
    const { gate, browser, session } = await opened();
    for (const action of ['', 'delete', 'toString']) {
      expect((await gate.connections(browser, { session, action })).status).toBe(400);
    }
  });

  it('a fault in the middle is 503, and the same form ends the rest', async () => {
    const { gate, grantId, add, browser, session, statusOf } = await opened();
    const another = add({ clientId: 'another' });
    const revoke = gate.grants.revokeGrant.bind(gate.grants);
    let writes = 0;
    gate.grants.revokeGrant = async (id) => {
      writes += 1;
      if (writes === 2) throw new UnavailableError('DynamoDB');
      return revoke(id);
    };
    expect((await gate.connections(browser, { session, action: 'end-all' })).status).toBe(503);
    expect((await gate.connections(browser, { session, action: 'end-all' })).status).toBe(303);
    expect([grantId, another.grantId].map(statusOf)).toEqual(['revoked', 'revoked']);
  });
});
