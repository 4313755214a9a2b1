import type { ConfigurationInput } from '../../../lib/config/configuration.ts';
import { statementsOf } from '../policies.ts';
import { shown, type Template, TWO_SERVERS, templateFor } from '../template.ts';

// What the stack contains for "recheck" and "keepTokens", and that it contains nothing without them.

const keeping = (company: object, servers: object = {}): ConfigurationInput => ({
  ...TWO_SERVERS,
  servers: { ...TWO_SERVERS.servers, '/mcp': { ...TWO_SERVERS.servers['/mcp'], ...servers } } as never,
  identityProviders: {
    ...TWO_SERVERS.identityProviders,
    company: { kind: 'oidc', issuer: 'https://login.example.com', ...company },
  },
});

const FOR_ONE_GRANT = {
  'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': 'grantId' },
  'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': 'grantId' },
};

/** The rights to use a key. Looking at one, as /health does, is not using it. */
const kmsRights = (template: Template) =>
  template.ofType('AWS::Lambda::Function').flatMap(([logicalId]) =>
    statementsOf(template, logicalId)
      .filter(({ action }) => action.startsWith('kms:') && !/CreateKey|DescribeKey|TagResource/.test(action))
      .map(({ action, resource, condition }) => ({
        who: logicalId.replace(/^GatehouseEndpoints(\w+)Function[0-9A-F]{8}$/, '$1'),
        action,
        resource,
        condition,
      })),
  );

const environmentOf = (template: Template, folder: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(template.functionOf(folder)[1].Properties.Environment.Variables).map(([name, value]) => [
      name,
      shown(value),
    ]),
  );

describe('Without recheck and keepTokens', () => {
  it('there is no key, and no function may use one or knows of one', async () => {
    const template = await templateFor(TWO_SERVERS);
    expect(template.ofType('AWS::KMS::Key')).toEqual([]);
    expect(kmsRights(template)).toEqual([]);
    for (const folder of ['callback', 'token']) {
      expect(environmentOf(template, folder).GATEHOUSE_TOKEN_VAULT).toBe('{}');
    }
    expect(environmentOf(template, 'token').GATEHOUSE_IDENTITY_PROVIDERS).toBe('{}');
    expect(template.text).not.toContain('token-exchange');
  });
});

describe.each([
  ['recheck', keeping({ recheck: true })],
  ['keepTokens', keeping({ keepTokens: true }, { resourceClient: true })],
])('With "%s"', (_name, configuration) => {
  let template: Template;
  let keyId: string;
  beforeAll(async () => {
    template = await templateFor(configuration);
    keyId = template.ofType('AWS::KMS::Key')[0]?.[0] ?? '';
  });

  it('there is one symmetric key, which rotates and outlives the stack', () => {
    const [[, key] = ['', undefined], ...others] = template.ofType('AWS::KMS::Key');
    expect(others).toEqual([]);
    expect(key).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    expect(key?.Properties).toMatchObject({ EnableKeyRotation: true });
  });

  it('the key policy lets the account administer the key, and use it only for one grant at a time', () => {
    const { Statement } = template.resources[keyId]?.Properties.KeyPolicy ?? {};
    const principals = Statement.map(({ Principal }: { Principal: { AWS: unknown } }) => shown(Principal.AWS));
    expect(new Set(principals)).toEqual(new Set(['arn:<AWS::Partition>:iam::<AWS::AccountId>:root']));
    const [administration, use] = Statement;
    expect(administration.Action.join()).not.toMatch(/kms:\*|Decrypt|GenerateDataKey|Encrypt|CreateGrant/);
    expect(use).toMatchObject({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Condition: FOR_ONE_GRANT });
  });

  it('#244 only the callback may encrypt, and only the token endpoint may decrypt', () => {
    const resource = `<${keyId}.Arn>`;
    expect(kmsRights(template)).toEqual([
      { who: 'Callback', action: 'kms:GenerateDataKey', resource, condition: FOR_ONE_GRANT },
      { who: 'Token', action: 'kms:Decrypt', resource, condition: FOR_ONE_GRANT },
    ]);
  });

  it('only resource clients may use token exchange (RFC 8693), and only with keepTokens', () => {
    const clients = JSON.parse(environmentOf(template, 'token').GATEHOUSE_CONFIGURED_CLIENTS ?? '');
    const grantTypes =
      _name === 'keepTokens' ? { 'resource-mcp': ['urn:ietf:params:oauth:grant-type:token-exchange'] } : {};
    expect(
      Object.fromEntries(Object.entries<{ grantTypes: string[] }>(clients).map(([id, each]) => [id, each.grantTypes])),
    ).toEqual(grantTypes);
  });

  it('the token endpoint knows this provider, and may read only its secret', () => {
    expect(JSON.parse(environmentOf(template, 'token').GATEHOUSE_IDENTITY_PROVIDERS ?? '')).toEqual({
      company: expect.objectContaining({ kind: 'oidc', [_name]: true }),
    });
    const secrets = statementsOf(template, template.functionOf('token')[0])
      .filter(({ action }) => action === 'secretsmanager:GetSecretValue')
      .map(({ resource }) => resource);
    expect(secrets.filter((resource) => resource.includes('Provider'))).toEqual([
      expect.stringMatching(/^<GatehouseSecretsProvidercompany/),
    ]);
  });
});

describe('The configuration', () => {
  it.each([
    [
      keeping({ keepTokens: true }),
      'identityProviders.company.keepTokens: expected a server with "resourceClient": true',
    ],
    [
      { ...keeping({ recheck: true }), lifetimes: { recheckSeconds: 900, recheckOutageSeconds: 60 } },
      'lifetimes.recheckOutageSeconds: expected at least recheckSeconds (900), got 60',
    ],
    [keeping({ recheck: 'yes' }), 'identityProviders.company.recheck: expected true or false, got "yes"'],
  ])('is refused if it would keep tokens without a use, or makes no sense', async (configuration, problem) => {
    await expect(templateFor(configuration)).rejects.toThrow(problem);
  });
});
