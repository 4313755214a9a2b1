import { ConfigurationError, parseConfiguration } from '../../../lib/config/configuration.ts';
import { displayNameOf, issuerOf } from '../../../lib/config/identity-providers.ts';
import { statementsOf } from '../policies.ts';
import { shown, type Template, templateFor } from '../template.ts';

// {"kind": "cognito"} without a userPoolId: the stack creates a pool.

const POOL = /^GatehouseUserPoolcognitoPool[0-9A-F]{8}$/;
const CLIENT = /GatehouseUserPoolcognitoClient[0-9A-F]{8}/;

let template: Template;
beforeAll(async () => {
  template = await templateFor({ identityProviders: { cognito: { kind: 'cognito' } } });
});

const propertiesOf = (type: string) => {
  const found = template.ofType(type);
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties;
};

const configurationWith = (provider: object) =>
  parseConfiguration({
    servers: { '/mcp': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } },
    scopes: { mcp: { description: 'Use it' } },
    identityProviders: { cognito: { kind: 'cognito', ...provider } },
    access: 'everyone',
  });

const problemsWith = (provider: object): readonly string[] => {
  try {
    configurationWith(provider);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
};

describe('The user pool of the stack', () => {
  it('allows no sign-up, requires strong passwords, and offers an authenticator app', () => {
    expect(propertiesOf('AWS::Cognito::UserPool')).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      Policies: {
        PasswordPolicy: {
          MinimumLength: 12,
          RequireLowercase: true,
          RequireUppercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
        },
      },
    });
  });

  it('is protected, outlives the stack, and keeps its logical id, because a renamed pool loses its users', () => {
    const [[logicalId, pool] = ['', undefined]] = template.ofType('AWS::Cognito::UserPool');
    expect(logicalId).toBe('GatehouseUserPoolcognitoPool9AC75B08');
    expect(pool).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(pool?.Properties.DeletionProtection).toBe('ACTIVE');
  });

  it('has one confidential client, which may only use the code flow to our callback', () => {
    const client = propertiesOf('AWS::Cognito::UserPoolClient');
    expect(client).toMatchObject({
      GenerateSecret: true,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email', 'profile'],
      SupportedIdentityProviders: ['COGNITO'],
      PreventUserExistenceErrors: 'ENABLED',
    });
    expect(client.CallbackURLs.map(shown)).toEqual([
      expect.stringMatching(/^https:\/\/<GatehouseFrontDoorDistribution[0-9A-F]{8}\.DomainName>\/callback\/cognito$/),
    ]);
  });

  it('has a domain prefix that cannot contain a reserved word', () => {
    const { Domain, ManagedLoginVersion } = propertiesOf('AWS::Cognito::UserPoolDomain');
    expect(Domain['Fn::Join'][1][0]).toMatch(/^gatehouse-[0-9a-f]{8}-$/);
    expect(JSON.stringify(Domain['Fn::Join'][1][1])).toContain('{"Ref":"AWS::StackId"}');
    expect(ManagedLoginVersion).toBe(2);
    expect(shown(propertiesOf('AWS::Cognito::ManagedLoginBranding').ClientId)).toMatch(CLIENT);
  });

  it('fills the secret of its provider, which functions read like any other', () => {
    const [secretId, secret] =
      template.ofType('AWS::SecretsManager::Secret').find(([id]) => id.includes('Providercognito')) ?? [];
    const text = shown(secret?.Properties.SecretString);
    const { client_id, client_secret, ...rest } = JSON.parse(text);
    expect(rest).toEqual({});
    expect(client_id).toMatch(new RegExp(`^<${CLIENT.source}>$`));
    expect(client_secret).toMatch(new RegExp(`^<${CLIENT.source}\\.ClientSecret>$`));
    const rights = statementsOf(template, template.functionOf('callback')[0]);
    expect(rights).toContainEqual(
      expect.objectContaining({ action: 'secretsmanager:GetSecretValue', resource: `<${secretId}>` }),
    );
    // The template only refers to the secret.
    expect(template.text.match(/ClientSecret"/g)).toHaveLength(1);
  });

  it('is the issuer that the functions expect', () => {
    const { cognito } = JSON.parse(
      shown(template.functionOf('callback')[1].Properties.Environment.Variables.GATEHOUSE_IDENTITY_PROVIDERS),
    );
    expect(cognito).toMatchObject({ kind: 'cognito', displayName: 'Amazon Cognito' });
    expect(cognito.issuer).toMatch(/^<GatehouseUserPoolcognitoPool[0-9A-F]{8}\.ProviderURL>$/);
  });

  it('B19: has an output that adds a user, and none for steps that are done already', () => {
    const output = (name: string) => template.outputs[name];
    expect(shown(output('AddUserCommandCognito')?.Value)).toMatch(
      /^aws cognito-idp admin-create-user --region <AWS::Region> --user-pool-id <GatehouseUserPoolcognitoPool\w+> --username EMAIL /,
    );
    expect(shown(output('KeptUserPoolCognito')?.Value)).toContain('aws cognito-idp delete-user-pool');
    // B19: it would overwrite the secret that the stack stores.
    expect(output('SecretCommandCognito')).toBeUndefined();
    expect(output('RedirectUriCognito')).toBeUndefined();
  });

  it('is created only if the configuration names no pool', async () => {
    const named = await templateFor({
      identityProviders: { cognito: { kind: 'cognito', userPoolId: 'eu-central-1_AbCdEfGhI' } },
    });
    expect(named.text).not.toContain('AWS::Cognito');
    expect(named.outputs.RedirectUriCognito).toBeDefined();
  });

  it('exists twice for two providers', async () => {
    const two = await templateFor({
      identityProviders: { cognito: { kind: 'cognito' }, 'cognito-aws': { kind: 'cognito' } },
    });
    const prefixes = two
      .ofType('AWS::Cognito::UserPoolDomain')
      .map(([, { Properties }]) => Properties.Domain['Fn::Join'][1][0]);
    expect(new Set(prefixes).size).toBe(2);
    for (const prefix of prefixes) expect(prefix).not.toMatch(/aws|amazon|cognito/);
    expect(two.ofType('AWS::Cognito::UserPool').every(([id]) => POOL.test(id) || id.includes('cognitoaws'))).toBe(true);
  });
});

describe('The configuration of a user pool', () => {
  it('has neither issuer nor host before the deployment', () => {
    const { cognito } = configurationWith({}).identityProviders;
    if (!cognito) throw new Error('expected a provider, found none');
    expect([issuerOf(cognito), displayNameOf(cognito)]).toEqual([undefined, 'Amazon Cognito']);
  });

  it.each([
    [
      { userPoolId: 'pool' },
      'identityProviders.cognito.userPoolId: expected the id of a user pool, such as "eu-central-1_AbCdEfGhI", or nothing to let the stack create one, got "pool"',
    ],
    [
      { issuer: 'https://login.example.com' },
      'identityProviders.cognito.issuer: expected none with this kind, or the "userPoolId" of an existing pool (http://localhost only in the local run), got "https://login.example.com"',
    ],
    [
      { scopes: ['openid', 'orders/read'] },
      'identityProviders.cognito.scopes: expected scopes of a user pool (openid, email, profile, phone, aws.cognito.signin.user.admin), got "orders/read"',
    ],
  ])('%j is refused', (provider, problem) => {
    expect(problemsWith(provider)).toEqual([problem]);
  });

  it('may request any scope from an existing pool', () => {
    expect(problemsWith({ userPoolId: 'eu-central-1_AbCdEfGhI', scopes: ['openid', 'orders/read'] })).toEqual([]);
  });
});
