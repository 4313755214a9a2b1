import { App } from 'aws-cdk-lib';
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { signingKeyPolicy } from '../../../lambdas/runtime/adapters/kms/signing-key-policy.ts';
import { readConfiguration } from '../../../lib/config/cdk-json.ts';
import {
  assertDeployable,
  type ConfigurationInput,
  merge,
  parseConfiguration,
} from '../../../lib/config/configuration.ts';
import { environmentOf } from '../../../lib/edge/restore-challenges.ts';
import { GatehouseStack } from '../../../lib/gatehouse-stack.ts';
import { textOf } from '../../project/repository.ts';
import { GOOD, problemsOf } from '../config/good-configuration.ts';
import { statementsOf } from '../policies.ts';
import { type Template, type TemplateResource, TWO_SERVERS, templateFor } from '../template.ts';

const BOUNDARY = 'arn:aws:iam::123456789012:policy/platform/boundary';
const KEY = 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const TAGS = { team: 'identity', 'cost center': '4711' };

/** What makes most functions, roles, tables and secrets. */
const WIDE = {
  ...TWO_SERVERS,
  servers: {
    ...TWO_SERVERS.servers,
    '/own': {
      backend: { kind: 'lambda', functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:own' },
      scopes: { required: ['mcp'], tools: { x: ['mcp:write'] } },
      rateLimit: { requestsPerMinute: 60 },
    },
  },
  identityProviders: { pool: { kind: 'cognito' }, google: { kind: 'google', recheck: true } },
  registration: { dynamic: 'token' },
  rememberConsent: true,
  monitoring: { dashboard: true },
} as unknown as ConfigurationInput;

const templateWith = (overlay: object): Promise<Template> => templateFor({ ...WIDE, ...overlay });

/** The stacks of a deployment whose function at the edge is in a stack of its own. */
const stacksWith = async (overlay: object): Promise<readonly CloudFormationStackArtifact[]> => {
  await templateFor();
  const configuration = parseConfiguration(merge(readConfiguration(), { ...overlay, restoreChallenges: true }));
  const app = new App({ analyticsReporting: false, context: { '@aws-cdk/core:explicitStackTags': true } });
  new GatehouseStack(app, 'Gatehouse', { configuration, ...environmentOf(configuration, { region: 'eu-central-1' }) });
  return app.synth().stacks;
};

const rolesIn = (resources: Readonly<Record<string, TemplateResource>>): TemplateResource[] =>
  Object.values(resources).filter(({ Type }) => Type === 'AWS::IAM::Role');

describe('"permissionsBoundary"', () => {
  it('limits every role, in the stack of the function at the edge, too', async () => {
    const stacks = await stacksWith({ permissionsBoundary: BOUNDARY });
    expect(stacks).toHaveLength(2);
    for (const { template } of stacks) {
      const boundaries = rolesIn(template.Resources).map(({ Properties }) => Properties.PermissionsBoundary);
      expect(boundaries.length).toBeGreaterThan(0);
      expect(new Set(boundaries)).toEqual(new Set([BOUNDARY]));
    }
  });

  it('is on no role while it is unset', async () => {
    const roles = rolesIn((await templateWith({})).resources);
    expect(roles.filter(({ Properties }) => 'PermissionsBoundary' in Properties)).toEqual([]);
  });

  it('must allow no more than the documented actions', async () => {
    const { resources } = await templateWith({ kmsKeyArn: KEY });
    const needed = Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::IAM::Policy')
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .flatMap(({ Action }: { Action: string | string[] }) => [Action].flat());
    const [, documented = '{}'] = /```json\n([\s\S]*?)```/.exec(textOf('docs/organizations.md')) ?? [];
    const listed: string[] = JSON.parse(documented).Statement.flatMap(({ Action }: { Action: string[] }) => Action);
    const { Statement } = signingKeyPolicy({ accountId: '', tokenRoleArn: 'token', keyRingRoleArn: 'keys' });
    const byKeyPolicy = Statement.filter(({ Principal }) => ['token', 'keys'].includes(Principal.AWS));
    // The managed policy of API Gateway's log role.
    const ofLogRole = ['CreateLogGroup', 'DescribeLogGroups', 'DescribeLogStreams', 'FilterLogEvents', 'GetLogEvents'];
    expect([...listed].sort()).toEqual(
      [
        ...new Set([
          ...needed,
          ...byKeyPolicy.flatMap(({ Action }) => Action),
          ...ofLogRole.map((action) => `logs:${action}`),
        ]),
      ].sort(),
    );
  });
});

describe('"tags"', () => {
  it('are those of every stack, from which CloudFormation copies them to the resources', async () => {
    for (const { tags } of await stacksWith({ tags: TAGS })) expect(tags).toEqual(TAGS);
    for (const { tags } of await stacksWith({})) expect(tags).toEqual({});
  });

  it('reach the signing keys, which are not in the template', async () => {
    const variables = (template: Template) => template.functionOf('key-ring')[1].Properties.Environment.Variables;
    expect(JSON.parse(variables(await templateWith({ tags: TAGS })).GATEHOUSE_KEY_TAGS)).toEqual(TAGS);
    expect(variables(await templateWith({}))).not.toHaveProperty('GATEHOUSE_KEY_TAGS');
  });
});

describe('"kmsKeyArn"', () => {
  it('encrypts every table and every secret', async () => {
    const { ofType } = await templateWith({ kmsKeyArn: KEY });
    const [tables, secrets] = [ofType('AWS::DynamoDB::Table'), ofType('AWS::SecretsManager::Secret')];
    expect([tables.length, secrets.length]).toEqual([7, 7]);
    for (const [, { Properties }] of tables) {
      expect(Properties.SSESpecification).toEqual({ KMSMasterKeyId: KEY, SSEEnabled: true, SSEType: 'KMS' });
    }
    for (const [, { Properties }] of secrets) expect(Properties.KmsKeyId).toBe(KEY);
  });

  it('changes nothing of tables, secrets and rights while it is unset', async () => {
    const { text } = await templateWith({});
    expect(text).not.toMatch(/SSESpecification|KmsKeyId|kms:ViaService/);
  });

  it('may be used by a function through a service that it uses, and for no more than that needs', async () => {
    const template = await templateWith({ kmsKeyArn: KEY });
    const functions = template.ofType('AWS::Lambda::Function').filter(([, { Properties }]) => !Properties.Code.ZipFile);
    for (const [id] of functions) {
      const rights = statementsOf(template, id);
      const used = (prefix: string) => rights.filter(({ action }) => action.startsWith(prefix));
      const services = [...used('dynamodb:'), ...used('secretsmanager:GetSecretValue')].map(
        ({ action }) => action.split(':')[0],
      );
      const ofKey = rights.filter(({ resource }) => resource === KEY);
      const via = ofKey.map(({ condition }) => JSON.stringify(condition));
      expect(new Set(via)).toEqual(new Set(services.map((service) => viaService(service ?? ''))));
      const writes = used('dynamodb:').some(({ action }) => !/:(GetItem|Query)$/.test(action));
      expect(ofKey.some(({ action }) => action === 'kms:Encrypt')).toBe(writes);
    }
  });

  it('must be in the region of the deployment', () => {
    const configuration = parseConfiguration({ ...GOOD, kmsKeyArn: KEY });
    expect(() => assertDeployable(configuration, 'eu-central-1')).toThrow(
      'kmsKeyArn: expected a key in the region of the deployment, eu-central-1, got one in us-east-1',
    );
    expect(() => assertDeployable(configuration, 'us-east-1')).not.toThrow();
    expect(() => assertDeployable(configuration)).not.toThrow();
  });
});

/** The condition as the template has it. */
const viaService = (service: string): string =>
  JSON.stringify({
    StringEquals: {
      'kms:ViaService': { 'Fn::Join': ['', [`${service}.`, { Ref: 'AWS::Region' }, '.amazonaws.com']] },
    },
  });

describe('What organizations demand', () => {
  it.each<[object, RegExp]>([
    [{ permissionsBoundary: 'boundary' }, /^permissionsBoundary: expected the ARN of a managed policy/],
    [{ permissionsBoundary: 'arn:aws:iam::123456789012:role/x' }, /^permissionsBoundary: /],
    [{ kmsKeyArn: 'alias/key' }, /^kmsKeyArn: expected the ARN of a KMS key/],
    [{ kmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:alias/key' }, /^kmsKeyArn: /],
    [{ tags: { 'aws:x': 'y' } }, /^tags\.aws:x: expected a tag key/],
    [{ tags: { 'Gatehouse:ring': 'y' } }, /^tags\.Gatehouse:ring: expected a tag key/],
    [{ tags: { team: 'a;b' } }, /^tags\.team: expected a tag value/],
    [{ tags: { team: 7 } }, /^tags\.team: expected a tag value/],
    [
      { tags: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`t${n}`, ''])) },
      /^tags: expected at most 20 tags/,
    ],
  ])('is refused as %j', (overlay, problem) => {
    expect(problemsOf({ ...GOOD, ...overlay })).toEqual([expect.stringMatching(problem)]);
  });
});
