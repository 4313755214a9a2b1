import { assertDeployable, parseConfiguration } from '../../../lib/config/configuration.ts';
import { accessPolicy, displayNameOf, issuerOf, upstreamScopesOf } from '../../../lib/config/identity-providers.ts';
import { GOOD } from './good-configuration.ts';

/** Provider in the configuration → its issuer and display name. */
const KINDS: readonly (readonly [provider: object, issuer: string, displayName: string])[] = [
  [{ kind: 'google' }, 'https://accounts.google.com', 'Google'],
  [{ kind: 'github' }, 'https://github.com', 'GitHub'],
  [{ kind: 'github', host: 'github.example.com' }, 'https://github.example.com', 'GitHub'],
  [{ kind: 'auth0', domain: 'example.eu.auth0.com' }, 'https://example.eu.auth0.com/', 'example.eu.auth0.com'],
  [{ kind: 'okta', domain: 'example.okta.com' }, 'https://example.okta.com/oauth2/default', 'example.okta.com'],
  [
    { kind: 'okta', domain: 'example.okta.com', authorizationServer: 'org' },
    'https://example.okta.com',
    'example.okta.com',
  ],
  [{ kind: 'entra', tenant: 'common' }, 'https://login.microsoftonline.com/common/v2.0', 'Microsoft'],
  [{ kind: 'clerk', domain: 'clerk.example.com' }, 'https://clerk.example.com', 'clerk.example.com'],
  [
    { kind: 'cognito', userPoolId: 'eu-central-1_AbCdEfGhI' },
    'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
    'cognito-idp.eu-central-1.amazonaws.com',
  ],
  [
    { kind: 'google', issuer: 'http://localhost:4801/google', displayName: 'Mine' },
    'http://localhost:4801/google',
    'Mine',
  ],
];

describe('Kinds of identity providers', () => {
  it.each(KINDS)('%j has its issuer and display name', (provider, issuer, displayName) => {
    const configuration = parseConfiguration({ ...GOOD, identityProviders: { work: provider } });
    const { work } = configuration.identityProviders;
    if (!work) throw new Error('expected a provider, found none');
    expect([issuerOf(work), displayNameOf(work)]).toEqual([issuer, displayName]);
  });

  it.each(KINDS)('A14: %j takes "tokenEndpointAuthentication"', (provider) => {
    const withMethod = (tokenEndpointAuthentication: string) =>
      parseConfiguration({ ...GOOD, identityProviders: { work: { ...provider, tokenEndpointAuthentication } } });
    for (const method of ['client_secret_post', 'client_secret_basic']) {
      expect(withMethod(method).identityProviders.work?.tokenEndpointAuthentication).toBe(method);
    }
    expect(() => withMethod('private_key_jwt')).toThrow(
      /tokenEndpointAuthentication: expected "client_secret_post" or/,
    );
  });

  it('an issuer on this machine is accepted only in the local run, for every kind', () => {
    const issuer = 'http://localhost:4801/github';
    const configuration = parseConfiguration({ ...GOOD, identityProviders: { github: { kind: 'github', issuer } } });
    expect(() => assertDeployable(configuration)).toThrow(/identityProviders\.github\.issuer: expected https:/);
  });

  it("GitHub's organizations are requested only if a rule needs them", () => {
    const scopesWith = (access: object | string, grantedTo?: object) =>
      upstreamScopesOf(
        parseConfiguration({
          ...GOOD,
          scopes: { mcp: { description: 'x', ...(grantedTo ? { grantedTo } : {}) } },
          identityProviders: { github: { kind: 'github', access } },
        }),
        'github',
      );
    expect(scopesWith('everyone')).toEqual(['read:user', 'user:email']);
    expect(scopesWith({ githubOrganizations: ['example'] })).toEqual(['read:user', 'user:email', 'read:org']);
    expect(scopesWith('everyone', { githubTeams: ['example/admins'] })).toContain('read:org');
  });

  it('a user must meet the conditions of a scope and of all scopes that it implies', () => {
    const admins = { claims: { groups: ['admins'] } };
    const scopes = {
      mcp: { description: 'x' },
      write: { description: 'x', implies: ['mcp'], grantedTo: admins },
      owner: { description: 'x', implies: ['write'] },
    };
    expect(accessPolicy(parseConfiguration({ ...GOOD, scopes }))).toEqual({
      rules: 'everyone',
      providers: {},
      scopes: { write: [admins], owner: [admins] },
    });
  });
});
