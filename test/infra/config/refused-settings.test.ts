import { merge } from '../../../lib/config/configuration.ts';
import { GOOD, problemsOf } from './good-configuration.ts';

/** Overlay over the good configuration → the only problem that is reported. */
const BAD: readonly (readonly [overlay: unknown, problem: unknown])[] = [
  [{ sevrers: {} }, 'sevrers: expected no such key. Remove it or correct its name'],
  [
    { identityProviders: { company: { clientSecret: 'canary' } } },
    'identityProviders.company.clientSecret: expected no such key. Never put secrets in this file: deploy, then store them with the command that the deployment prints',
  ],
  [{ reservedConcurrency: { token: 0 } }, 'reservedConcurrency.token: expected a whole number from 1 to 10000, got 0'],
  [{ firewall: 'off' }, 'firewall: expected true or false, got "off"'],
  [
    { scopes: { 'two words': { description: 'x' } } },
    'scopes.two words: expected a scope name of letters, digits and . _ : / - (at most 64 characters), got "two words"',
  ],
  [
    { scopes: { openid: { description: 'x' } } },
    'scopes.openid: expected another name, because OpenID Connect defines this one',
  ],
  [
    { scopes: { mcp: { implies: ['nothing'] } } },
    'scopes.mcp.implies: expected scopes that "scopes" describes, got "nothing"',
  ],
  [
    { scopes: { mcp: { description: '' } } },
    'scopes.mcp.description: expected a sentence for the consent page (at most 200 characters), got ""',
  ],
  [
    { scopes: { mcp: { description: { de: 'Die Werkzeuge verwenden' } } } },
    'scopes.mcp.description: expected a sentence for the consent page (at most 200 characters), or an object of them by language: "en" and any of "de", "fr", "es", got {"de":"Die Werkzeuge verwenden"}',
  ],
  [
    { identityProviders: { company: null } },
    'identityProviders: expected at least one identity provider to log in at, got {}',
  ],
  [
    { identityProviders: { Company: { kind: 'oidc', issuer: 'https://login.example.com' } } },
    'identityProviders.Company: expected an id of lower-case letters, digits and -, starting with a letter, got "Company"',
  ],
  [
    { identityProviders: { company: { kind: 'saml' } } },
    'identityProviders.company: expected an identity provider of the kind "oidc", "google", "github", "auth0", "okta", "entra", "clerk" or "cognito", got {"kind":"saml","issuer":"https://login.example.com"}',
  ],
  [
    { identityProviders: { google: { kind: 'google', issuer: 'https://evil.test' } } },
    'identityProviders.google.issuer: expected none with this kind, or "https://accounts.google.com" (http://localhost only in the local run), got "https://evil.test"',
  ],
  [
    { identityProviders: { work: { kind: 'auth0', domain: 'https://example.auth0.com' } } },
    'identityProviders.work.domain: expected a host name without https://, such as "example.eu.auth0.com", got "https://example.auth0.com"',
  ],
  ...['consumers', 'example.onmicrosoft.com'].map(
    (tenant) =>
      [
        { identityProviders: { work: { kind: 'entra', tenant } } },
        expect.stringMatching(/^identityProviders\.work\.tenant: expected a tenant id in lower case/),
      ] as const,
  ),
  [
    { identityProviders: { work: { kind: 'okta', domain: 'example.okta.com', tenant: 'x' } } },
    'identityProviders.work.tenant: expected no such key. Remove it or correct its name',
  ],
  [
    { identityProviders: { google: { kind: 'google', access: { githubOrganizations: ['example'] } } } },
    'identityProviders.google.access.githubOrganizations: expected only with the kind "github", whose users alone can meet it, got "google"',
  ],
  [
    { access: null, identityProviders: { google: { kind: 'google', access: 'everyone' } } },
    'identityProviders.company.access: expected "everyone", or {"emails": ["…"], "emailDomains": ["…"], "claims": {…}, …}, because there is no "access" for all providers, got nothing',
  ],
  [
    { access: { githubTeams: ['admins'] } },
    'access.githubTeams.0: expected a GitHub team with its organization, such as "example/admins", got "admins"',
  ],
  [{ access: { claims: { groups: [] } } }, 'access.claims.groups: expected at least one value, got []'],
  [
    { scopes: { mcp: { grantedTo: {} } } },
    expect.stringMatching(/^scopes\.mcp\.grantedTo: expected .* with at least one entry/),
  ],
  [
    { identityProviders: { company: { issuer: 'http://login.example.com' } } },
    'identityProviders.company.issuer: expected an absolute https:// URL without query, fragment or user (http:// only for localhost), got "http://login.example.com"',
  ],
  [
    { identityProviders: { company: { scopes: ['email'] } } },
    'identityProviders.company.scopes: expected a list that contains "openid", got ["email"]',
  ],
  [
    { access: null },
    'access: expected "everyone", or {"emails": ["…"], "emailDomains": ["…"], "claims": {…}, …}, got nothing',
  ],
  [
    { access: 'staff' },
    'access: expected "everyone", or {"emails": ["…"], "emailDomains": ["…"], "claims": {…}, …}, got "staff"',
  ],
  [
    { access: { emails: [] } },
    'access: expected "everyone", or {"emails": ["…"], "emailDomains": ["…"], "claims": {…}, …} with at least one entry, got {"emails":[],"emailDomains":[],"claims":{},"githubOrganizati…',
  ],
  [{ access: { emails: ['not an address'] } }, 'access.emails.0: expected an e-mail address, got "not an address"'],
  [
    { access: { emailDomains: ['@example.com'] } },
    'access.emailDomains.0: expected a domain, such as "example.com", got "@example.com"',
  ],
  [
    { access: { emails: ['a@example.com'], groups: ['admins'] } },
    'access.groups: expected no such key. Remove it or correct its name',
  ],
  [
    { lifetimes: { accessTokenSeconds: '3600' } },
    'lifetimes.accessTokenSeconds: expected a whole number of seconds from 1 to 86400, got "3600"',
  ],
  [
    { lifetimes: { authorizationCodeSeconds: 601 } },
    'lifetimes.authorizationCodeSeconds: expected a whole number of seconds from 1 to 600, got 601',
  ],
  [
    { lifetimes: { refreshTokenIdleDays: 91 } },
    'lifetimes.refreshTokenIdleDays: expected at most refreshTokenAbsoluteDays (90), got 91',
  ],
  [{ clientDocuments: { advertise: 'no' } }, 'clientDocuments.advertise: expected true or false, got "no"'],
  [
    { clientDocuments: { allowHosts: [] } },
    'clientDocuments.allowHosts: expected at least one host name; to allow none, set "advertise" to false, got []',
  ],
  [
    { clientDocuments: { blockHosts: ['https://evil.example/'] } },
    'clientDocuments.blockHosts.0: expected a host name in lower case, such as "example.com", or "*.example.com" for every host below it, got "https://evil.example/"',
  ],
  [{ registration: { dynamic: 'on' } }, 'registration.dynamic: expected "open", "token" or "off", got "on"'],
  // A28: no patterns.
  [
    { registration: { redirectHosts: ['*.claude.ai'] } },
    'registration.redirectHosts.0: expected a host name in lower case, such as "claude.ai"; patterns are refused, because redirect URIs are compared exactly (RFC 9700 section 4.1.3), got "*.claude.ai"',
  ],
  ...['cursor:', 'Cursor', 'javascript', 'mailto', 'https'].map((scheme): [object, string] => [
    { registration: { schemes: [scheme] } },
    `registration.schemes.0: expected a private-use scheme in lower case, without the colon, such as "cursor", that browsers and systems give no other meaning, got "${scheme}"`,
  ]),
  [{ apiGatewayLogRole: 'yes' }, 'apiGatewayLogRole: expected "existing" or "create", got "yes"'],
];

describe('Settings in the configuration', () => {
  it.each(BAD)('%j are refused with the key that is wrong', (overlay, problem) => {
    expect(problemsOf(merge(GOOD, overlay))).toEqual([problem]);
  });
});
