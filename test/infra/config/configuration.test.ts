import { readConfiguration } from '../../../lib/config/cdk-json.ts';
import { assertDeployable, merge, parseConfiguration } from '../../../lib/config/configuration.ts';
import { GOOD, problemsOf } from './good-configuration.ts';

describe('Configuration', () => {
  it('of the repository is valid', () => {
    expect(problemsOf(readConfiguration())).toEqual([]);
  });

  it('gets its defaults', () => {
    expect(parseConfiguration(GOOD)).toEqual({
      ...GOOD,
      servers: {
        '/mcp': {
          backend: { kind: 'example' },
          scopes: { required: ['mcp'], challengeScopes: 'required' },
          identity: [],
          resourceClient: false,
        },
      },
      clients: {},
      clientDocuments: { advertise: true, blockHosts: [] },
      registration: { dynamic: 'open' },
      scopes: { mcp: { description: 'Use the tools of this server', implies: [] } },
      identityProviders: {
        company: {
          kind: 'oidc',
          issuer: 'https://login.example.com',
          scopes: ['openid', 'email', 'profile'],
          recheck: false,
          keepTokens: false,
        },
      },
      lifetimes: {
        transactionSeconds: 600,
        authorizationCodeSeconds: 60,
        accessTokenSeconds: 3600,
        refreshTokenIdleDays: 30,
        refreshTokenAbsoluteDays: 90,
        refreshGraceSeconds: 1800,
        recheckSeconds: 900,
        recheckOutageSeconds: 86_400,
        signingKeyDays: 90,
        signingKeyPublishSeconds: 86_400,
      },
      theme: {},
      reservedConcurrency: {},
      firewall: true,
      rememberConsent: false,
      restoreChallenges: false,
      monitoring: { alarms: true, dashboard: false },
      apiGatewayLogRole: 'create',
      stackName: 'Gatehouse',
      terminationProtection: true,
      tags: {},
      wellKnown: {},
    });
  });

  it('stays the same when it is parsed twice', () => {
    const once = parseConfiguration(GOOD);
    expect(parseConfiguration(once)).toEqual(once);
  });

  it.each([
    [undefined, 'got nothing'],
    [null, 'got nothing'],
    ['{}', 'got "{}"'],
    [[], 'got []'],
  ])('is not %j', (value, got) => {
    expect(problemsOf(value)).toEqual([expect.stringContaining(got)]);
  });

  it('is refused with one message that lists all problems and says what to do', () => {
    const bad = { servers: { '/mcp': { backend: { kind: 'http', url: 'ftp://x' } } }, access: 'staff' };
    expect(() => parseConfiguration(merge(GOOD, bad))).toThrow(
      /^The configuration has 2 problems:\n {2}- servers\.\/mcp\.backend\.url: expected .*\n {2}- access: expected .*\nChange it in gatehouse\.json, in cdk\.json/,
    );
  });

  it('is quoted briefly in messages, and the values of unknown keys are never quoted', () => {
    expect(String(problemsOf(merge(GOOD, { access: 'x'.repeat(500) }))).length).toBeLessThan(250);
    expect(String(problemsOf(merge(GOOD, { clientSecret: 'canary' })))).not.toContain('canary');
  });

  it('may refer to this machine in the local run, but not in a deployment', () => {
    const local = parseConfiguration(
      merge(GOOD, {
        servers: { '/mcp': { backend: { kind: 'http', url: 'http://localhost:3000/mcp' } } },
        identityProviders: { company: { issuer: 'http://localhost:4801/company' } },
      }),
    );
    expect(() => assertDeployable(local)).toThrow(
      /servers\.\/mcp\.backend\.url: expected https:\/\/ for a deployment.*\n.*identityProviders\.company\.issuer/,
    );
    expect(() => assertDeployable(parseConfiguration(GOOD))).not.toThrow();
  });
});

describe('Merging configurations (RFC 7396)', () => {
  it.each([
    [{ a: { b: 1, c: 2 } }, { a: { b: 3 } }, { a: { b: 3, c: 2 } }],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{ a: 1, b: 2 }, { a: null }, { b: 2 }],
    [{ a: 'everyone' }, { a: { emails: ['x@y'] } }, { a: { emails: ['x@y'] } }],
    [{ a: 1 }, {}, { a: 1 }],
    [undefined, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
    [{ a: 1 }, 'x', 'x'],
  ])('%j with %j merged over it is %j', (base, overlay, merged) => {
    expect(merge(base, overlay)).toEqual(merged);
  });

  it('changes neither input, and no prototype', () => {
    const base = { a: { b: 1 } };
    merge(base, JSON.parse('{"a":{"b":2},"__proto__":{"polluted":true}}'));
    expect(base).toEqual({ a: { b: 1 } });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
