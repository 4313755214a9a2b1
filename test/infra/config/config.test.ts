import { readConfiguration } from '../../../lib/config/cdk-json.ts';
import {
  assertDeployable,
  ConfigurationError,
  type ConfigurationInput,
  merge,
  parseConfiguration,
} from '../../../lib/config/configuration.ts';
import { accessPolicy, displayNameOf, issuerOf, upstreamScopesOf } from '../../../lib/config/identity-providers.ts';

const GOOD: ConfigurationInput = {
  servers: { '/mcp': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } },
  scopes: { mcp: { description: 'Use the tools of this server' } },
  identityProviders: { company: { kind: 'oidc', issuer: 'https://login.example.com' } },
  access: 'everyone',
};

const problemsOf = (value: unknown): readonly string[] => {
  try {
    parseConfiguration(value);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
};

/** The good configuration with something laid over it → the one problem that it has. */
const BAD: readonly (readonly [overlay: unknown, problem: unknown])[] = [
  [{ sevrers: {} }, 'sevrers: expected no such key. Remove it, or correct its name'],
  [
    { identityProviders: { company: { clientSecret: 'canary' } } },
    'identityProviders.company.clientSecret: expected no such key. Secrets never stand in configuration: deploy, then store them by the printed command',
  ],
  [
    { servers: { '/mcp': { scopes: { tool: {} } } } },
    'servers./mcp.scopes.tool: expected no such key. Remove it, or correct its name',
  ],
  [
    { servers: { '/mcp': { scopes: { tools: { 'delete_*': ['mcp:write'] } } } } },
    'servers./mcp.scopes.tools.delete_*: expected scopes that "scopes" describes, got "mcp:write"',
  ],
  [
    { servers: { '/mcp': { scopes: { prompts: { plan: [] } } } } },
    'servers./mcp.scopes.prompts.plan: expected at least one scope name, got []',
  ],
  ...[0, -1, 1.5, 100_001, '120', null].map(
    (requestsPerMinute) =>
      [
        { servers: { '/mcp': { rateLimit: { requestsPerMinute } } } },
        expect.stringMatching(
          /^servers\.\/mcp\.rateLimit\.requestsPerMinute: expected a whole number from 1 to 100000/,
        ),
      ] as const,
  ),
  [{ reservedConcurrency: { token: 0 } }, 'reservedConcurrency.token: expected a whole number from 1 to 10000, got 0'],
  [{ firewall: 'off' }, 'firewall: expected true or false, got "off"'],
  ...['', 'a\u0000b', 'a\nb', 'a\ud800', 'x'.repeat(257)].map(
    (pattern) =>
      [
        { servers: { '/mcp': { scopes: { tools: { [pattern]: ['mcp'] } } } } },
        expect.stringMatching(/^servers\.\/mcp\.scopes\.tools\..*: expected a name in which \* stands for any text/s),
      ] as const,
  ),
  ...['File:///notes/*', 'https://Example.com/*', 'https://example.com/a/../b', 'https://example.com/%7Euser', ''].map(
    (pattern) =>
      [
        { servers: { '/mcp': { scopes: { resources: { [pattern]: ['mcp'] } } } } },
        expect.stringMatching(/^servers\.\/mcp\.scopes\.resources\..*: expected a resource URI in normal form/s),
      ] as const,
  ),
  [
    { servers: { '/mcp': { scopes: { challengeScopes: 'some' } } } },
    'servers./mcp.scopes.challengeScopes: expected "required" or "all", got "some"',
  ],
  [
    { servers: { '/mcp': { backend: { kind: 'http', url: 'https://b.example.com', validatesHeaders: 'yes' } } } },
    'servers./mcp.backend.validatesHeaders: expected true or false, got "yes"',
  ],
  ...['my-function', 'arn:aws:s3:::bucket', 'arn:aws:lambda:eu-west-1:1:function:f', undefined].map(
    (functionArn) =>
      [
        { servers: { '/mcp': { backend: { kind: 'lambda', functionArn } } } },
        expect.stringMatching(/^servers\.\/mcp\.backend\.functionArn: expected the ARN of a Lambda function/),
      ] as const,
  ),
  [{ servers: { '/mcp': null } }, 'servers: expected at least one MCP server, got {}'],
  [{ servers: null }, 'servers: expected an object: path → MCP server, got nothing'],
  [{ servers: [] }, 'servers: expected an object: path → MCP server, got []'],
  [
    { servers: { mcp: { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers.mcp: expected a path of one or two plain segments, such as "/mcp" or "/tools/mcp", got "mcp"',
  ],
  [
    { servers: { '/a/b/c': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers./a/b/c: expected a path of one or two plain segments, such as "/mcp" or "/tools/mcp", got "/a/b/c"',
  ],
  [
    { servers: { '/mcp/': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers./mcp/: expected a path of one or two plain segments, such as "/mcp" or "/tools/mcp", got "/mcp/"',
  ],
  [
    { servers: { '/.well-known': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers./.well-known: expected a path of one or two plain segments, such as "/mcp" or "/tools/mcp", got "/.well-known"',
  ],
  [
    { servers: { '/token': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers./token: expected a path that the authorization server does not use itself, got "/token"',
  ],
  [
    { servers: { '/m.cp': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers./m.cp: expected a name that differs from the others in letters or digits, got "/m.cp"',
  ],
  [
    { servers: { '/mcp': { backend: { kind: 'ftp' } } } },
    'servers./mcp.backend: expected a backend: {"kind": "example"}, {"kind": "http", "url": "https://…"} or {"kind": "lambda", "functionArn": "arn:…"}, got {"kind":"ftp"}',
  ],
  [
    { servers: { '/mcp': { backend: { kind: 'http' } } } },
    'servers./mcp.backend.url: expected an absolute https:// URL without query, fragment or user (http:// only for localhost), got nothing',
  ],
  ...[
    'http://backend.example.com/mcp',
    'https://user:secret@backend.example.com',
    'https://b.example.com?a=b',
    'b.example.com',
  ].map(
    (url) =>
      [
        { servers: { '/mcp': { backend: { kind: 'http', url } } } },
        `servers./mcp.backend.url: expected an absolute https:// URL without query, fragment or user (http:// only for localhost), got "${url}"`,
      ] as const,
  ),
  [
    { servers: { '/mcp': { scopes: { required: [] } } } },
    'servers./mcp.scopes.required: expected at least one scope name, got []',
  ],
  [
    { servers: { '/mcp': { scopes: { required: ['mcp:write'] } } } },
    'servers./mcp.scopes.required: expected scopes that "scopes" describes, got "mcp:write"',
  ],
  [
    { servers: { '/mcp': { identity: ['phone'] } } },
    'servers./mcp.identity.0: expected "email" or "profile", got "phone"',
  ],
  [
    { scopes: { 'two words': { description: 'x' } } },
    'scopes.two words: expected a scope name of letters, digits and . _ : / - (at most 64 characters), got "two words"',
  ],
  [
    { scopes: { openid: { description: 'x' } } },
    'scopes.openid: expected another name: this one belongs to OpenID Connect',
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
    'identityProviders.work.tenant: expected no such key. Remove it, or correct its name',
  ],
  [
    { identityProviders: { google: { kind: 'google', access: { githubOrganizations: ['example'] } } } },
    'identityProviders.google.access.githubOrganizations: expected only with the kind "github", since nobody else can meet it, got "google"',
  ],
  [
    { access: null, identityProviders: { google: { kind: 'google', access: 'everyone' } } },
    'identityProviders.company.access: expected "everyone", or {"emails": ["…"], "emailDomains": ["…"], "claims": {…}, …}, since there is no "access" for all, got nothing',
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
    { access: 'nobody' },
    'access: expected "everyone", or {"emails": ["…"], "emailDomains": ["…"], "claims": {…}, …}, got "nobody"',
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
    'access.groups: expected no such key. Remove it, or correct its name',
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
    'clientDocuments.allowHosts: expected at least one host name; for none at all set "advertise" to false, got []',
  ],
  [
    { clientDocuments: { blockHosts: ['https://evil.example/'] } },
    'clientDocuments.blockHosts.0: expected a host name in lower case, such as "example.com", or "*.example.com" for every host below it, got "https://evil.example/"',
  ],
  [{ apiGatewayLogRole: 'yes' }, 'apiGatewayLogRole: expected "existing" or "create", got "yes"'],
];

/** What a kind needs to be told → the issuer and the scopes that the functions are told. */
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
  it.each(KINDS)('%j', (provider, issuer, displayName) => {
    const configuration = parseConfiguration({ ...GOOD, identityProviders: { work: provider } });
    const { work } = configuration.identityProviders;
    if (!work) throw new Error('the provider is gone');
    expect([issuerOf(work), displayNameOf(work)]).toEqual([issuer, displayName]);
  });

  it('an issuer on this machine is for the local run alone, whatever the kind', () => {
    const issuer = 'http://localhost:4801/github';
    const configuration = parseConfiguration({ ...GOOD, identityProviders: { github: { kind: 'github', issuer } } });
    expect(() => assertDeployable(configuration)).toThrow(/identityProviders\.github\.issuer: expected https:/);
  });

  it('GitHub is asked for organizations only where a rule needs them', () => {
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

  it('whoever is to have a scope must meet the conditions of all that it implies', () => {
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

describe('Configuration', () => {
  it('of the repository is a good one', () => {
    expect(problemsOf(readConfiguration())).toEqual([]);
  });

  it('gets the defaults of the design', () => {
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
        refreshGraceSeconds: 60,
        recheckSeconds: 900,
        recheckOutageSeconds: 86_400,
        signingKeyDays: 90,
        signingKeyPublishSeconds: 86_400,
      },
      theme: {},
      reservedConcurrency: {},
      firewall: true,
      rememberConsent: false,
      monitoring: { alarms: true, dashboard: false },
      apiGatewayLogRole: 'create',
    });
  });

  it('read twice is the same', () => {
    const once = parseConfiguration(GOOD);
    expect(parseConfiguration(once)).toEqual(once);
  });

  it.each(BAD)('%j is refused by name', (overlay, problem) => {
    expect(problemsOf(merge(GOOD, overlay))).toEqual([problem]);
  });

  it.each([
    [undefined, 'got nothing'],
    [null, 'got nothing'],
    ['{}', 'got "{}"'],
    [[], 'got []'],
  ])('%j is no configuration', (value, got) => {
    expect(problemsOf(value)).toEqual([expect.stringContaining(got)]);
  });

  it('names all problems in one message that says what to do', () => {
    const bad = { servers: { '/mcp': { backend: { kind: 'http', url: 'ftp://x' } } }, access: 'nobody' };
    expect(() => parseConfiguration(merge(GOOD, bad))).toThrow(
      /^The configuration has 2 problems:\n {2}- servers\.\/mcp\.backend\.url: expected .*\n {2}- access: expected .*\nChange it in cdk\.json/,
    );
  });

  it('is never repeated at length, and no value of an unknown key at all', () => {
    expect(String(problemsOf(merge(GOOD, { access: 'x'.repeat(500) }))).length).toBeLessThan(250);
    expect(String(problemsOf(merge(GOOD, { clientSecret: 'canary' })))).not.toContain('canary');
  });

  it('may point to this machine in the local run, but not when it is deployed', () => {
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
  ])('%j with %j over it is %j', (base, overlay, merged) => {
    expect(merge(base, overlay)).toEqual(merged);
  });

  it('changes neither of the two, nor the prototype of anything', () => {
    const base = { a: { b: 1 } };
    merge(base, JSON.parse('{"a":{"b":2},"__proto__":{"polluted":true}}'));
    expect(base).toEqual({ a: { b: 1 } });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
