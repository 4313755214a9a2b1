import { type ConfigurationInput, parseConfiguration } from '../../../lib/config/configuration.ts';
import { STACK_ID_TAG } from '../../../lib/names.ts';
import { statementsOf } from '../policies.ts';
import { shown, type Template, TWO_SERVERS, templateFor } from '../template.ts';

const MACHINE = {
  name: 'Nightly report',
  authentication: 'client_secret_basic',
  grantTypes: ['client_credentials'],
  scopes: ['mcp'],
} as const;

const JWKS = { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'AAAA' }] };

const CONFIGURATION: ConfigurationInput = {
  ...TWO_SERVERS,
  servers: {
    '/mcp': { backend: { kind: 'example' }, scopes: { required: ['mcp'] }, resourceClient: true },
    '/tools/mcp': {
      backend: { kind: 'http', url: 'https://backend.example.com/base/' },
      scopes: { required: ['mcp'] },
      resourceClient: true,
    },
  },
  clients: {
    'copilot-studio': {
      name: 'Copilot Studio',
      redirectUris: ['https://global.consent.azure-apim.net/redirect/x'],
      authentication: 'client_secret_post',
    },
    'nightly-report': { ...MACHINE, grantTypes: ['client_credentials'], scopes: ['mcp'] },
    'build-agent': {
      name: 'Build agent',
      authentication: 'private_key_jwt',
      jwks: JWKS,
      grantTypes: ['client_credentials'],
      scopes: ['mcp'],
    },
    'own-app': { name: 'Own app', redirectUris: ['http://localhost/callback'], authentication: 'none' },
  },
};

let template: Template;
beforeAll(async () => {
  template = await templateFor(CONFIGURATION);
});

const clientsOf = (folder: string): Record<string, unknown> =>
  JSON.parse(shown(template.functionOf(folder)[1].Properties.Environment.Variables.GATEHOUSE_CONFIGURED_CLIENTS));

const secretNames = (): string[] =>
  template
    .ofType('AWS::SecretsManager::Secret')
    .map(([logicalId]) => logicalId)
    .filter((logicalId) => logicalId.startsWith('GatehouseSecretsClient'));

describe('Configured clients and resource clients', () => {
  it('each client that authenticates with a secret has one that the stack generates and keeps; no other has', () => {
    expect(secretNames().map((name) => name.replace(/^GatehouseSecretsClient(\w+)[0-9A-F]{8}$/, '$1'))).toEqual([
      'copilotstudio',
      'nightlyreport',
      'resourcemcp',
      'resourcetoolsmcp',
    ]);
    for (const name of secretNames()) {
      expect(template.resources[name]).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
          // The command of the output KeptSecrets finds it by this tag.
          Tags: [{ Key: STACK_ID_TAG, Value: { Ref: 'AWS::StackId' } }],
        },
      });
    }
  });

  it('outputs show each client id and the command that shows its secret', () => {
    for (const [output, clientId] of [
      ['CopilotStudio', 'copilot-studio'],
      ['NightlyReport', 'nightly-report'],
      ['ResourceMcp', 'resource-mcp'],
      ['ResourceToolsMcp', 'resource-tools-mcp'],
    ] as const) {
      expect(template.outputs[`ClientId${output}`]?.Value).toBe(clientId);
      expect(shown(template.outputs[`ClientSecretCommand${output}`]?.Value)).toMatch(
        /^aws secretsmanager get-secret-value --region <AWS::Region> --secret-id <GatehouseSecretsClient\w+> --query SecretString --output text$/,
      );
    }
    expect(Object.keys(template.outputs).filter((name) => name.startsWith('ClientId'))).toHaveLength(4);
    expect(shown(template.outputs.KeptSecrets?.Value)).toContain(`Key=tag-key,Values=${STACK_ID_TAG} `);
  });

  it('only token, revoke and introspect may read these secrets (#244)', () => {
    const readers = template
      .ofType('AWS::Lambda::Function')
      .map(([logicalId]) => logicalId)
      .map((logicalId) => [
        logicalId.replace(/^GatehouseEndpoints(\w+?)Function[0-9A-F]{8}$/, '$1'),
        statementsOf(template, logicalId)
          .filter(({ resource }) => resource.includes('SecretsClient'))
          .map(({ action, resource }) => `${action} ${resource}`),
      ])
      .filter(([, rights]) => rights?.length);
    const rights = secretNames().map((name) => `secretsmanager:GetSecretValue <${name}>`);
    expect(Object.fromEntries(readers)).toEqual({ Token: rights, Revoke: rights, Introspect: rights });
  });

  it('only functions that check credentials know where secrets and keys are', () => {
    const secretId = expect.stringMatching(/^<GatehouseSecretsClient/);
    expect(clientsOf('token')).toEqual({
      'copilot-studio': {
        name: 'Copilot Studio',
        redirectUris: ['https://global.consent.azure-apim.net/redirect/x'],
        authentication: ['client_secret_post'],
        grantTypes: ['authorization_code', 'refresh_token'],
        secretId,
      },
      'nightly-report': { ...MACHINE, authentication: ['client_secret_basic'], secretId },
      'build-agent': {
        name: 'Build agent',
        authentication: ['private_key_jwt'],
        grantTypes: ['client_credentials'],
        scopes: ['mcp'],
        jwks: JWKS,
      },
      'own-app': {
        name: 'Own app',
        redirectUris: ['http://localhost/callback'],
        authentication: ['none'],
        grantTypes: ['authorization_code', 'refresh_token'],
      },
      'resource-mcp': {
        name: 'MCP server /mcp',
        authentication: ['client_secret_basic', 'client_secret_post'],
        grantTypes: [],
        server: '/mcp',
        secretId,
      },
      'resource-tools-mcp': expect.objectContaining({ server: '/tools/mcp', secretId }),
    });
    for (const folder of ['authorize', 'authorization-server-metadata']) {
      expect(Object.keys(clientsOf(folder))).toEqual(Object.keys(clientsOf('token')));
      expect(JSON.stringify(clientsOf(folder))).not.toMatch(/secretId|jwks/);
    }
  });
});

describe('Clients in the configuration', () => {
  const problemOf = (id: string, client: unknown): string => {
    try {
      parseConfiguration({ ...CONFIGURATION, clients: { [id]: client } });
      return 'none';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };
  const WEB = { name: 'Web', redirectUris: ['https://app.example/cb'], authentication: 'client_secret_basic' };
  const KEYED = { ...MACHINE, authentication: 'private_key_jwt' };

  it.each([
    ['https://app.example', WEB, /clients\.https:\/\/app\.example: expected a client id/],
    ['resource-mcp', WEB, /clients\.resource-mcp: expected a client id/],
    ['gh_client_x', WEB, /clients\.gh_client_x: expected a client id/],
    ['x'.repeat(41), WEB, /at most 40 characters/],
    [
      'a',
      { ...WEB, authentication: 'client_secret_jwt' },
      /clients\.a\.authentication: expected "client_secret_basic"/,
    ],
    ['a', { ...WEB, redirectUris: [] }, /clients\.a\.redirectUris: expected at least one/],
    ['a', { ...WEB, redirectUris: ['javascript:alert(1)'] }, /clients\.a\.redirectUris\.0: expected an https/],
    ['a', { ...WEB, redirectUris: ['http://app.example/cb'] }, /clients\.a\.redirectUris\.0: expected an https/],
    ['a', { ...WEB, redirectUris: ['https://app.example/cb#x'] }, /clients\.a\.redirectUris\.0: expected an https/],
    [
      'a',
      { ...WEB, redirectUris: ['https://*.app.example/cb'] },
      /redirectUris\.0: .*pattern.*RFC 9700 section 4\.1\.3/,
    ],
    ['a', { ...WEB, redirectUris: ['sms://cb'] }, /redirectUris\.0: .*another meaning.*RFC 8252 section 7\.1/],
    [
      'a',
      { ...KEYED, jwks: undefined, jwksUri: 'https://*.example/jwks' },
      /clients\.a\.jwksUri: expected an absolute/,
    ],
    ['a', { ...WEB, scopes: ['mcp'] }, /clients\.a\.scopes: expected none without the grant type client_credentials/],
    ['a', { ...WEB, secret: 'x' }, /clients\.a\.secret: expected no such key\. Never put secrets/],
    ['a', { ...WEB, jwks: JWKS }, /clients\.a: expected "jwks" and "jwksUri" with private_key_jwt only/],
    ['a', { ...MACHINE, authentication: 'none' }, /clients\.a\.authentication: expected a secret or private_key_jwt/],
    ['a', { ...MACHINE, scopes: [] }, /clients\.a\.scopes: expected at least one scope for client_credentials/],
    [
      'a',
      { ...MACHINE, scopes: ['other'] },
      /clients\.a\.scopes: expected scopes that "scopes" describes, got "other"/,
    ],
    ['a', { ...MACHINE, redirectUris: ['https://app.example/cb'] }, /clients\.a\.redirectUris: expected none without/],
    ['a', { ...MACHINE, grantTypes: ['refresh_token'] }, /clients\.a\.grantTypes: expected authorization_code as well/],
    ['a', KEYED, /clients\.a: expected either "jwks" or "jwksUri" with private_key_jwt, got neither/],
    ['a', { ...KEYED, jwks: JWKS, jwksUri: 'https://a.example/jwks' }, /got both/],
    ['a', { ...KEYED, jwksUri: 'http://a.example/jwks' }, /clients\.a\.jwksUri: expected an absolute https/],
    [
      'a',
      { ...KEYED, jwks: { keys: [{ kty: 'RSA', d: 'private' }] } },
      /clients\.a\.jwks: expected a JWK Set of public/,
    ],
    ['a', { ...KEYED, jwks: { keys: [] } }, /clients\.a\.jwks/],
  ])('%s %j is refused with the expected value', (id, client, problem) => {
    expect(problemOf(id, client)).toMatch(problem);
  });

  it('A13: a private-use scheme of any app is accepted, as at registration', () => {
    expect(problemOf('a', { ...WEB, redirectUris: ['workbuddy://oauth/callback'] })).toBe('none');
  });

  it('two ids that would share output names are refused', () => {
    expect(() => parseConfiguration({ ...CONFIGURATION, clients: { 'a-b': WEB, a_b: WEB } })).toThrow(
      /clients\.a_b: expected a name that differs/,
    );
  });
});
