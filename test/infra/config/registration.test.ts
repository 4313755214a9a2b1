import { parseConfiguration } from '../../../lib/config/configuration.ts';
import { STACK_ID_TAG } from '../../../lib/names.ts';
import { coldStart, variablesOf } from '../cold-start.ts';
import { statementsOf } from '../policies.ts';
import { shown, type Template, templateFor } from '../template.ts';

const FOLDERS = ['authorization-server-metadata', 'authorize', 'client-configuration', 'register'];

const registrationSecrets = (template: Template) =>
  template.ofType('AWS::SecretsManager::Secret').filter(([logicalId]) => logicalId.includes('SecretsRegistration'));

describe('Registration in the template', () => {
  let open: Template;
  let withToken: Template;
  beforeAll(async () => {
    open = await templateFor();
    withToken = await templateFor({ registration: { dynamic: 'token', redirectHosts: ['claude.ai'], schemes: [] } });
  });

  it('by default is open, with no setting and no secret', () => {
    expect(open.text).not.toContain('GATEHOUSE_REGISTRATION');
    expect(registrationSecrets(open)).toEqual([]);
    expect(open.outputs.RegistrationTokenCommand).toBeUndefined();
  });

  it('adds one secret and nothing else', () => {
    const [[logicalId] = ['']] = registrationSecrets(withToken);
    const added = Object.keys(withToken.resources).filter((name) => !(name in open.resources));
    expect(added.filter((name) => !/Deployment/.test(name))).toEqual([logicalId]);
    expect(Object.keys(open.resources).filter((name) => !(name in withToken.resources))).toEqual([]);
  });

  it('with a token: the stack makes and keeps it, only register may read it, and an output shows it', () => {
    const [[logicalId, secret] = ['', undefined], ...others] = registrationSecrets(withToken);
    expect(others).toEqual([]);
    expect(secret).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
        // KeptSecrets finds it by this tag.
        Tags: [{ Key: STACK_ID_TAG, Value: { Ref: 'AWS::StackId' } }],
      },
    });
    const readers = withToken
      .ofType('AWS::Lambda::Function')
      .map(([functionId]) => functionId)
      .filter((id) => statementsOf(withToken, id).some(({ resource }) => resource.includes(logicalId)));
    expect(readers).toEqual([withToken.functionOf('register')[0]]);
    expect(shown(withToken.outputs.RegistrationTokenCommand?.Value)).toBe(
      `aws secretsmanager get-secret-value --region <AWS::Region> --secret-id <${logicalId}> --query SecretString --output text`,
    );
  });

  it.each(FOLDERS)('%s gets the policy, and starts with it', async (folder) => {
    expect(JSON.parse(variablesOf(withToken, folder).GATEHOUSE_REGISTRATION ?? '')).toEqual({
      dynamic: 'token',
      redirectHosts: ['claude.ai'],
      schemes: [],
    });
    const { read, given } = await coldStart(withToken, folder);
    expect(read).toEqual(given);
  });

  it('no other function gets it', () => {
    const withPolicy = withToken
      .ofType('AWS::Lambda::Function')
      .filter(([, { Properties }]) => Properties.Environment?.Variables?.GATEHOUSE_REGISTRATION !== undefined);
    expect(withPolicy).toHaveLength(FOLDERS.length);
  });
});

it('off takes limits too, which hold for new logins of clients that registered before', () => {
  const { registration } = parseConfiguration({
    servers: { '/mcp': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } },
    scopes: { mcp: { description: 'Use it' } },
    identityProviders: { google: { kind: 'google' } },
    access: { emailDomains: ['example.com'] },
    registration: { dynamic: 'off', redirectHosts: ['claude.ai'] },
  });
  expect(registration).toEqual({ dynamic: 'off', redirectHosts: ['claude.ai'] });
});
