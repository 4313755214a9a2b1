import { createLocalJWKSet, jwtVerify } from 'jose';
import type { Client } from '../../../lambdas/core/clients/client.ts';
import { sha256 } from '../../../lambdas/core/crypto.ts';
import { introspectHandler } from '../../../lambdas/introspect/handler.ts';
import { revokeHandler } from '../../../lambdas/revoke/handler.ts';
import { userinfoHandler } from '../../../lambdas/userinfo/handler.ts';
import { partsOf } from '../../support/credentials/forged-token.ts';
import { newTestKey, signedJwt } from '../../support/credentials/signing-key.ts';
import { formPoster } from '../../support/http/post-form.ts';
import { rounds } from '../../support/long-form.ts';
import { ISSUER, NOW, RESOURCE } from '../../support/memory/records.ts';
import { DAY, HOUR, RUN_EVERY, startEverything } from '../../support/memory/rotation-harness.ts';
import { startTokenEndpoint } from '../../support/memory/token-endpoint.ts';

describe('#109 a whole rotation under traffic, with a fast clock', () => {
  it('refreshes, authorizers and verifiers with yesterday’s JWK Set never fail', async () => {
    const { clock, run, server, door, publishedKeys, deleted, ring } = await startEverything();
    server.clock.now = clock.now;
    const { client, refreshToken } = await server.signedIn();
    const doors = [door(), door()];
    const seldomUsed = door();
    let token = refreshToken;
    let live: { accessToken: string; expiresAt: number }[] = [];
    let foreign = { keys: createLocalJWKSet(await publishedKeys()), readAt: clock.now };
    let nextRun = clock.now + RUN_EVERY;
    const failures: string[] = [];
    const kids = new Set<string>();
    const states: string[] = [];

    // Short steps around each run, and long steps between runs.
    const [nearSeconds, farSeconds] = [rounds(26, 8), rounds(3600, 1200)];
    const end = NOW + 16 * DAY;
    for (let step = 0; clock.now < end; step += 1) {
      const untilRun = nextRun - clock.now;
      clock.now += untilRun > 80 && untilRun < RUN_EVERY - 80 ? Math.min(farSeconds, untilRun - 80) : nearSeconds;
      if (clock.now >= nextRun) {
        await run({ source: 'aws.events' });
        nextRun += RUN_EVERY;
        states.push(String(ring()?.keys.map(({ state }) => state)));
      }
      const { status, body } = await server.post(server.refresh(client, token));
      if (status !== 200) failures.push(`${clock.now - NOW}: refresh ${status} ${JSON.stringify(body)}`);
      token = String(body.refresh_token);
      live.push({ accessToken: String(body.access_token), expiresAt: clock.now + HOUR });
      live = live.filter(({ expiresAt }) => expiresAt > clock.now);

      // A copy of an external verifier, almost as old as the period for which a key is published before it signs.
      if (clock.now - foreign.readAt > DAY - 120) {
        foreign = { keys: createLocalJWKSet(await publishedKeys()), readAt: clock.now };
      }
      for (const { accessToken } of [live[0], live.at(-1)].flatMap((one) => one ?? [])) {
        const judges = step % 20 === 0 ? [...doors, seldomUsed] : doors;
        for (const judge of judges) {
          const answer = await judge(accessToken);
          if (answer !== 'Allow') failures.push(`${clock.now - NOW}: authorizer ${answer}`);
        }
        const verified = await jwtVerify(accessToken, foreign.keys, {
          issuer: ISSUER,
          audience: RESOURCE,
          currentDate: new Date(clock.now * 1000),
        }).catch((error: Error) => failures.push(`${clock.now - NOW}: verifier ${error.message}`));
        if (typeof verified === 'object') kids.add(String(verified.protectedHeader.kid));
      }
    }
    expect(failures).toEqual([]);
    // There was more than one rotation.
    expect(kids.size).toBe(3);
    expect(deleted).toHaveLength(2);
    expect([...new Set(states)]).toEqual(['active', 'active,next', 'retiring,active']);
  }, 60_000);
});

describe('#230 the emergency rotation and the marks', () => {
  const signedIn = async () => {
    const everything = await startEverything();
    const { server, door, clock } = everything;
    const session = await server.signedIn({}, { issuedAt: clock.now });
    const judge = door();
    expect(await judge(session.accessToken)).toBe('Allow');
    const refresh = () => server.post(server.refresh(session.client, session.refreshToken));
    return { ...everything, session, judge, refresh };
  };

  it('emergency: refresh tokens end at once, access tokens within a minute, and new logins work at once', async () => {
    const { clock, run, server, judge, door, refresh, session, publishedKeys, deleted } = await signedIn();
    const [former] = (await publishedKeys()).keys;
    clock.now += 10;
    await run({ action: 'rotate', emergency: true });
    expect((await refresh()).body.error).toBe('invalid_grant');
    expect((await publishedKeys()).keys.map(({ kid }) => kid)).not.toContain(former?.kid);
    expect(deleted).toHaveLength(1);

    clock.now += 1;
    server.clock.now = clock.now;
    const again = await server.signedIn({}, { issuedAt: clock.now });
    expect(await judge(again.accessToken)).toBe('Allow');
    clock.now += 60;
    for (const one of [judge, door()]) {
      expect(await one(session.accessToken)).toBe('Unauthorized');
      expect(await one(again.accessToken)).toBe('Allow');
    }
  });

  /** Endpoints that take access tokens, each with a copy of the ring that was made before an emergency rotation. */
  const afterEmergency = async () => {
    const everything = await signedIn();
    const { clock, run, server, session, copies } = everything;
    const { clients, grants, revokedGrants, failures, log } = server;
    const shared = () => ({
      issuer: ISSUER,
      clients,
      grants,
      keyRings: copies(),
      revokedGrants,
      failures,
      now: () => clock.now,
      log,
    });
    const revoke = formPoster(revokeHandler(shared()), '/revoke', log);
    const introspect = formPoster(
      introspectHandler({ ...shared(), refreshGraceSeconds: 60, configuredClients: new Map() }),
      '/introspect',
      log,
    );
    const userinfo = formPoster(userinfoHandler(shared()), '/userinfo', log);
    const confidential = { clientSecretHash: sha256('s'), tokenEndpointAuthMethods: ['client_secret_post'] } as const;
    const client = await server.registered({ clientId: 'gh_asking', ...confidential });
    const ask = (token: string) => introspect({ client_id: client.clientId, client_secret: 's', token });
    const tell = (token: string) => userinfo({}, { authorization: `Bearer ${token}` });
    const end = (token: string) => revoke({ client_id: client.clientId, client_secret: 's', token });
    for (const warm of [ask, tell, end]) await warm(session.accessToken);

    clock.now += 10;
    await run({ action: 'rotate', emergency: true });
    clock.now += 1;
    server.clock.now = clock.now;
    const { code, grantId } = await server.issueCode(client, { issuedAt: clock.now });
    const { body } = await server.post({ ...server.redemption(client, code), client_secret: 's' });
    const madeUp = (claims: object = {}) =>
      signedJwt(newTestKey(), { ...partsOf(String(body.access_token)).claims, ...claims });
    return { ...everything, ask, tell, end, grantId, token: String(body.access_token), madeUp };
  };
  const answersOf = async ({ ask, tell, end, token, server, grantId }: Awaited<ReturnType<typeof afterEmergency>>) => ({
    isActive: (await ask(token)).body.active,
    userinfo: (await tell(token)).status,
    revoked: [(await end(token)).status, server.grants.rows.get(grantId)?.status],
  });

  it('after an emergency a new login’s token is active, and can be revoked, with every copy of the ring', async () => {
    const world = await afterEmergency();
    expect(await answersOf(world)).toEqual({ isActive: true, userinfo: 200, revoked: [200, 'revoked'] });
  });

  it('the same after unknown keys used up the extra read: RFC 7662 §2.2, RFC 7009 §2.2', async () => {
    const world = await afterEmergency();
    // Unknown keys cause the extra read. Then the ring changes again within the cooldown.
    await Promise.all([world.ask(world.madeUp()), world.end(world.madeUp())]);
    world.clock.now += 1;
    await world.run({ action: 'rotate', emergency: true });
    world.clock.now += 1;
    world.server.clock.now = world.clock.now;
    const { client_id: clientId } = partsOf(world.token).claims;
    const client = (await world.server.clients.findClient(String(clientId), world.clock.now)) as Client;
    const { code, grantId } = await world.server.issueCode(client, { issuedAt: world.clock.now });
    const { body } = await world.server.post({ ...world.server.redemption(client, code), client_secret: 's' });
    const token = String(body.access_token);
    expect((await world.ask(token)).body.active).toBe(true);
    expect((await world.end(token)).status).toBe(200);
    expect(world.server.grants.rows.get(grantId)?.status).toBe('revoked');
  });

  it('a token that cannot be valid causes no further read of the ring', async () => {
    const { ask, end, tell, madeUp, clock, reads } = await afterEmergency();
    for (const send of [ask, end, tell]) await send(madeUp());
    const before = reads.count;
    for (const claims of [{ iss: 'https://evil.test' }, { exp: clock.now }, { grant_id: undefined }]) {
      for (const send of [ask, end, tell]) await send(madeUp(claims));
    }
    // The UserInfo endpoint has no client authentication, so no token causes a read there.
    await tell(madeUp());
    expect(reads.count).toBe(before);
  });

  const scopes = (clientId: string): [string, object, boolean][] => [
    ['all', { all: true }, true],
    ['this client', { clientId }, true],
    ['another client', { clientId: 'another' }, false],
    ['this user', { subject: 'subject-of-ada' }, true],
    ['another user', { subject: 'subject-of-grace' }, false],
  ];
  it.each([0, 1, 2, 3, 4])(
    '#229 a mark (%i): code and refresh at once, access token within a minute',
    async (index) => {
      const { clock, run, server, judge, refresh, session } = await signedIn();
      const [, scope, isEnded] = scopes(session.client.clientId)[index] ?? ['', {}, false];
      const waiting = await server.issueCode(session.client, { issuedAt: clock.now });
      clock.now += 5;
      await run({ action: 'setNotBefore', ...scope });

      const redeemed = await server.post(server.redemption(session.client, waiting.code));
      const refreshed = await refresh();
      expect([redeemed.body.error, refreshed.body.error]).toEqual(
        isEnded ? ['invalid_grant', 'invalid_grant'] : [undefined, undefined],
      );
      clock.now += 60;
      expect(await judge(session.accessToken)).toBe(isEnded ? 'Unauthorized' : 'Allow');

      // A new login works.
      server.clock.now = clock.now;
      const { code } = await server.issueCode(session.client, { issuedAt: clock.now });
      const { body } = await server.post(server.redemption(session.client, code));
      expect(await judge(String(body.access_token))).toBe('Allow');
    },
  );

  it('a mark that cannot be read is 503, and never yields a token or a refusal', async () => {
    const { clock, server, session } = await signedIn();
    const down = startTokenEndpoint({ now: () => clock.now, clients: server.clients, grants: server.grants });
    down.keyRings.failing = true;
    const { status } = await down.post(down.refresh(session.client, session.refreshToken));
    expect(status).toBe(503);
  });
});
