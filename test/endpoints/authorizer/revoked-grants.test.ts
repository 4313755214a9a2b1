import { sha256 } from '../../../lambdas/core/crypto.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { clientAccessTokenClaims } from '../../../lambdas/core/tokens/access-token.ts';
import { introspectHandler } from '../../../lambdas/introspect/handler.ts';
import { revokeHandler } from '../../../lambdas/revoke/handler.ts';
import { userinfoHandler } from '../../../lambdas/userinfo/handler.ts';
import { ringOf, signedJwt } from '../../support/credentials/signing-key.ts';
import { formPoster } from '../../support/http/post-form.ts';
import { OPTIONS, startAuthorizer } from '../../support/memory/authorizer-harness.ts';
import { ISSUER, NOW, RESOURCE } from '../../support/memory/records.ts';
import { startTokenEndpoint } from '../../support/memory/token-endpoint.ts';

const MAX_AGE_SECONDS = 60;
const CONFIDENTIAL = { clientSecretHash: sha256('s'), tokenEndpointAuthMethods: ['client_secret_post'] } as const;

/** A token endpoint, a revocation endpoint and an authorizer over the same stores and clock. */
const start = (overrides: Parameters<typeof startTokenEndpoint>[0] = {}) => {
  const server = startTokenEndpoint(overrides);
  const { clients, grants, keyRings, revokedGrants, failures, clock, log } = server;
  const door = startAuthorizer();
  const { state, memory, callWith } = door;
  state.read = async () => ({ ...ringOf(server.key), revoked: revokedGrants.list });
  state.findGrantStatus = async (grantId) => grants.rows.get(grantId)?.status;
  const deps = { issuer: ISSUER, clients, grants, keyRings, revokedGrants, failures, now: () => clock.now, log };
  const revoke = formPoster(revokeHandler(deps), '/revoke', log);
  const introspect = formPoster(
    introspectHandler({ ...deps, refreshGraceSeconds: 60, configuredClients: new Map() }),
    '/introspect',
    log,
  );
  const userinfo = formPoster(userinfoHandler(deps), '/userinfo', log);
  const call = async (token: string) => {
    state.now = clock.now;
    return callWith(token).then(
      ({ policyDocument }) => String(policyDocument.Statement[0]?.Effect),
      ({ message }: Error) => message,
    );
  };
  const reasons = () => memory.events.map(({ event, fields }) => fields.reason ?? event);
  return { server, clock, revokedGrants, grants, revoke, introspect, userinfo, call, state, memory, reasons };
};
type Started = ReturnType<typeof start>;
type Session = Awaited<ReturnType<Started['server']['signedIn']>>;

const rotateTwice = async ({ server }: Started, { client, refreshToken }: Session) => {
  const { body } = await server.post(server.refresh(client, refreshToken));
  await server.post(server.refresh(client, body.refresh_token));
};

const WAYS: readonly (readonly [string, (all: Started, session: Session) => Promise<unknown>])[] = [
  [
    'the client revokes its refresh token (RFC 7009 §2.1)',
    ({ revoke }, { client, refreshToken }) => revoke({ client_id: client.clientId, token: refreshToken }),
  ],
  [
    'the client revokes its access token (RFC 7009 §2.1)',
    ({ revoke }, { client, accessToken }) => revoke({ client_id: client.clientId, token: accessToken }),
  ],
  [
    'the code is replayed (RFC 6749 §4.1.2)',
    async ({ server, clock }, { client, code }) => {
      clock.now += 61;
      await server.post(server.redemption(client, code));
    },
  ],
  [
    'a used refresh token is replayed (RFC 9700 §4.14.2)',
    async (all, session) => {
      await rotateTwice(all, session);
      await all.server.post(all.server.refresh(session.client, session.refreshToken));
    },
  ],
];

describe('Revoked grants at the door', () => {
  it.each(WAYS)('A30: when %s, access tokens are refused within a minute', async (_way, end) => {
    const all = start();
    const [session, other] = [await all.server.signedIn(), await all.server.signedIn()];
    expect([await all.call(session.accessToken), await all.call(other.accessToken)]).toEqual(['Allow', 'Allow']);
    await end(all, session);
    expect(all.revokedGrants.ids).toEqual([session.grantId]);
    all.clock.now += MAX_AGE_SECONDS;
    expect([await all.call(session.accessToken), await all.call(other.accessToken)]).toEqual(['Unauthorized', 'Allow']);
    expect(all.reasons()).toEqual(['revoked']);
    expect(all.state.grantReads).toEqual([]);
  });

  it('A30: when a changed rule ends access, access tokens are refused within a minute', async () => {
    const all = start({ access: { rules: { emails: ['grace@example.com'] }, providers: {} } });
    const { client, refreshToken, accessToken } = await all.server.signedIn();
    await all.server.post(all.server.refresh(client, refreshToken));
    expect(all.server.names()).toContain('access_ended');
    expect(await all.call(accessToken)).toBe('Unauthorized');
  });

  it('A30: /introspect and /userinfo refuse the token at once', async () => {
    const { server, introspect, userinfo, revoke } = start();
    const client = await server.registered(CONFIDENTIAL);
    const { code } = await server.issueCode(client);
    const { body } = await server.post({ ...server.redemption(client, code), client_secret: 's' });
    const accessToken = String(body.access_token);
    const asClient = { client_id: client.clientId, client_secret: 's', token: accessToken };
    expect((await introspect(asClient)).body).toMatchObject({ active: true });
    await revoke(asClient);
    expect((await introspect(asClient)).body).toEqual({ active: false });
    expect(await userinfo({}, { authorization: `Bearer ${accessToken}` })).toMatchObject({ status: 401 });
  });

  it('A30: the entry outlives every access token of the grant, and then the next revocation drops it', async () => {
    const { server, clock, revoke, revokedGrants } = start();
    server.keyRings.ring = { version: 1, keys: [{ ...server.key.signingKey, longestTokenSeconds: 3600 }] };
    const [first, second] = [await server.signedIn(), await server.signedIn()];
    await revoke({ client_id: first.client.clientId, token: first.refreshToken });
    // One minute more, because the clocks of functions differ.
    expect(revokedGrants.list?.grants).toEqual({ [first.grantId]: NOW + 3600 + 60 });
    clock.now += 3660;
    await revoke({ client_id: second.client.clientId, token: second.refreshToken });
    expect(revokedGrants.ids).toEqual([second.grantId]);
  });

  it('A30: a refresh at the same moment yields no token that outlives the revocation', async () => {
    for (let round = 0; round < 20; round += 1) {
      const all = start();
      const session = await all.server.signedIn();
      const { client, refreshToken } = session;
      const [refreshed] = await Promise.all([
        all.server.post(all.server.refresh(client, refreshToken)),
        all.revoke({ client_id: client.clientId, token: refreshToken }),
      ]);
      const isRevoked = all.grants.rows.get(session.grantId)?.status === 'revoked';
      for (const token of [session.accessToken, refreshed.body.access_token]) {
        if (token !== undefined) expect(await all.call(String(token))).toBe(isRevoked ? 'Unauthorized' : 'Allow');
      }
    }
  });

  it('A30 (RFC 7009 §2.2.1): if the list cannot be written, /revoke is 503, the grant is revoked, and a repetition completes it', async () => {
    for (const kind of ['refreshToken', 'accessToken'] as const) {
      const { server, revoke, call, grants, revokedGrants } = start();
      const session = await server.signedIn();
      const request = { client_id: session.client.clientId, token: session[kind] };
      revokedGrants.failing = true;
      expect(await revoke(request)).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
      expect(grants.rows.get(session.grantId)?.status).toBe('revoked');
      revokedGrants.failing = false;
      expect((await revoke(request)).status).toBe(200);
      expect(await call(session.accessToken)).toBe('Unauthorized');
    }
  });

  it.each(WAYS.slice(2))('A30: if the list cannot be written once when %s, it is tried again', async (_way, end) => {
    const all = start();
    const session = await all.server.signedIn();
    const add = all.revokedGrants.addRevokedGrants.bind(all.revokedGrants);
    let attempts = 0;
    all.revokedGrants.addRevokedGrants = async (...parameters) => {
      attempts += 1;
      if (attempts < 3) throw new UnavailableError('DynamoDB');
      await add(...parameters);
    };
    await end(all, session);
    expect(all.revokedGrants.ids).toEqual([session.grantId]);
  });

  it('A30: if the list cannot be written at all after a replay, the response is 503, and the grant is revoked', async () => {
    const { server, clock, grants, revokedGrants } = start();
    const { client, code, grantId } = await server.signedIn();
    clock.now += 61;
    revokedGrants.failing = true;
    expect((await server.post(server.redemption(client, code))).status).toBe(503);
    expect(grants.rows.get(grantId)?.status).toBe('revoked');
    expect(server.names()).toContain('code_replayed');
  });
});

describe('The authorizer while the list of revoked grants is full', () => {
  const full = async () => {
    const all = start();
    const [live, ended] = [await all.server.signedIn(), await all.server.signedIn()];
    await all.grants.revokeGrant(ended.grantId);
    all.revokedGrants.list = { version: 9, grants: {}, incompleteUntil: NOW + 300, expiresAt: NOW + 300 };
    return { ...all, live, ended };
  };

  it('A30: asks the row of each grant, and says so once for each copy of the list', async () => {
    const { call, live, ended, state, memory, clock } = await full();
    expect([await call(live.accessToken), await call(ended.accessToken)]).toEqual(['Allow', 'Unauthorized']);
    expect(state.grantReads).toEqual([live.grantId, ended.grantId]);
    expect(memory.names()).toEqual(['revocations_full', 'authorizer_denied']);
    expect(memory.events[0]).toEqual({
      event: 'revocations_full',
      fields: { requestId: 'request-1', until: NOW + 300 },
    });
    clock.now += 300;
    expect(await call(live.accessToken)).toBe('Allow');
    expect(state.grantReads).toHaveLength(2);
  });

  it('A30: a grant without a row is refused, and a listed one without a read', async () => {
    const { call, live, ended, grants, state, revokedGrants } = await full();
    grants.rows.delete(live.grantId);
    revokedGrants.list = {
      version: 10,
      grants: { [ended.grantId]: NOW + 9 },
      incompleteUntil: NOW + 300,
      expiresAt: NOW,
    };
    expect([await call(live.accessToken), await call(ended.accessToken)]).toEqual(['Unauthorized', 'Unauthorized']);
    expect(state.grantReads).toEqual([live.grantId]);
  });

  it('#114, A30: a row that cannot be read is a fault of ours, and not 401', async () => {
    const { call, live, state, memory } = await full();
    state.findGrantStatus = async () => {
      throw new UnavailableError('DynamoDB');
    };
    expect(await call(live.accessToken)).toBe('the authorizer could not decide');
    expect(memory.names()).toEqual(['revocations_full', 'authorizer_failed']);
  });

  it('A30: a token of the client credentials grant needs no read', async () => {
    const { call, server, state } = await full();
    const subject = { clientId: 'machine', resource: RESOURCE, scopes: ['mcp'] };
    expect(await call(signedJwt(server.key, clientAccessTokenClaims(subject, OPTIONS)))).toBe('Allow');
    expect(state.grantReads).toEqual([]);
  });
});
