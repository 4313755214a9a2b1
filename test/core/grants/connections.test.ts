import { connectionIdOf, connectionsOf } from '../../../lambdas/core/grants/connections.ts';
import type { Grant } from '../../../lambdas/core/grants/grant.ts';
import { NOW, RESOURCE, redeemedGrant, testGrant } from '../../support/memory/records.ts';

const used = (overrides: Partial<Grant> = {}): Grant => redeemedGrant(overrides).grant;

describe('Connections of a user', () => {
  it('are separate per client and server, and combine machines', () => {
    const grants = [
      used({ clientId: 'a', issuedAt: NOW - 50, scopes: ['mcp'], redirectUri: 'https://app.example.com/cb' }),
      used({ clientId: 'a', issuedAt: NOW - 90, scopes: ['mcp', 'email'], redirectUri: 'http://127.0.0.1:5000/cb' }),
      used({ clientId: 'a', resource: `${RESOURCE}2` }),
      used({ clientId: 'b', redirectUri: 'com.example.app:/cb' }),
    ];
    const connections = connectionsOf(grants, undefined, NOW);
    expect(connections).toHaveLength(3);
    expect(connections.find(({ clientId, resource }) => clientId === 'a' && resource === RESOURCE)).toEqual({
      connectionId: connectionIdOf({ clientId: 'a', resource: RESOURCE }),
      clientId: 'a',
      resource: RESOURCE,
      scopes: ['mcp', 'email'],
      receivers: [
        { kind: 'website', name: 'app.example.com' },
        { kind: 'loopback', name: '127.0.0.1:5000' },
      ],
      grantCount: 2,
      since: NOW - 90,
      lastUsed: NOW,
    });
  });

  it('are ordered by last use', () => {
    const rotatedAt = (at: number): Partial<Grant> => {
      const { family } = redeemedGrant().grant;
      return family ? { family: { ...family, rotatedAt: at } } : {};
    };
    const grants = [
      used({ clientId: 'idle', ...rotatedAt(NOW - 900) }),
      used({ clientId: 'busy', ...rotatedAt(NOW - 1) }),
      used({ clientId: 'between', ...rotatedAt(NOW - 60) }),
    ];
    expect(connectionsOf(grants, undefined, NOW).map(({ clientId }) => clientId)).toEqual(['busy', 'between', 'idle']);
  });

  it.each<[string, Grant, boolean]>([
    ['an unredeemed code', testGrant({ codeExpiresAt: NOW + 1 }), true],
    ['an expired code that was never redeemed', testGrant({ codeExpiresAt: NOW }), false],
    ['refresh tokens', used(), true],
    ['an access token alone', testGrant({ status: 'redeemed', codeExpiresAt: NOW, expiresAt: NOW + 60 }), true],
    ['neither any more', testGrant({ status: 'redeemed', expiresAt: NOW }), false],
    ['what was revoked', used({ status: 'revoked' }), false],
  ])('with %s: %s', (_, grant, isLive) => {
    expect(connectionsOf([grant], undefined, NOW)).toHaveLength(isLive ? 1 : 0);
  });

  it('exclude grants that a not-before mark voids', () => {
    const grant = used({ subject: 'ada', clientId: 'a', issuedAt: NOW - 1 });
    const none = { clients: {}, subjects: {} };
    for (const marks of [
      { ...none, all: NOW },
      { ...none, clients: { a: NOW } },
      { ...none, subjects: { ada: NOW } },
    ]) {
      expect(connectionsOf([grant], marks, NOW)).toEqual([]);
    }
    expect(connectionsOf([grant], { ...none, subjects: { bob: NOW } }, NOW)).toHaveLength(1);
  });

  it('have a unique id per client and server', () => {
    expect(connectionIdOf({ clientId: 'a","b', resource: 'c' })).not.toBe(
      connectionIdOf({ clientId: 'a', resource: 'b","c' }),
    );
  });
});
