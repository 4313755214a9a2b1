import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../lib/config/cdk-json.ts';
import { parseConfiguration } from '../../lib/config/configuration.ts';
import { ensureBundles } from '../../lib/functions/bundles.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { SENTINEL_DOMAIN } from '../../tools/local/cloud/template/attributes.ts';
import { withSecretValues } from '../../tools/local/cloud/template/dynamic-references.ts';
import { loadTemplate, resolveTemplate, TemplateError } from '../../tools/local/cloud/template/index.ts';
import { localize } from '../../tools/local/cloud/template/localize.ts';
import { type CloudFormationTemplate, createResolver } from '../../tools/local/cloud/template/resolve.ts';
import { FUNCTION } from './template-fixture.ts';

const load = (template: CloudFormationTemplate) =>
  resolveTemplate(template, { stackName: 'Test', assemblyDirectory: '/nowhere' });

const problemsOf = (template: CloudFormationTemplate): string => {
  try {
    load(template);
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
  return '';
};

describe('What the local cloud refuses to run (design §7)', () => {
  it.each<[string, CloudFormationTemplate['Resources'], RegExp]>([
    ['an unknown type', { Queue: { Type: 'AWS::SQS::Queue' } }, /Queue is of type AWS::SQS::Queue/],
    [
      'an unknown property',
      { Fn: { ...FUNCTION, Properties: { ...FUNCTION.Properties, VpcConfig: {} } } },
      /Fn\.VpcConfig is a property that is not run/,
    ],
    [
      'a nested unknown property',
      { Rule: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: 'a', Id: 'b', EcsParameters: {} }] } } },
      /Rule\.Targets\[0\]\.EcsParameters/,
    ],
    [
      'a value that is not modelled',
      { M: { Type: 'AWS::ApiGateway::Method', Properties: { AuthorizationType: 'AWS_IAM' } } },
      /M\.AuthorizationType is "AWS_IAM"/,
    ],
    [
      'an unknown intrinsic',
      { Fn: { ...FUNCTION, Properties: { ...FUNCTION.Properties, Role: { 'Fn::ImportValue': 'x' } } } },
      /Fn uses Fn::ImportValue/,
    ],
    [
      'a reference to nothing',
      { Fn: { ...FUNCTION, Properties: { ...FUNCTION.Properties, Role: { Ref: 'Gone' } } } },
      /Fn refers to Gone/,
    ],
    [
      'an attribute that is not known',
      {
        Table: { Type: 'AWS::DynamoDB::Table', Properties: {} },
        Fn: { ...FUNCTION, Properties: { ...FUNCTION.Properties, Role: { 'Fn::GetAtt': ['Table', 'StreamArn'] } } },
      },
      /Fn uses Fn::GetAtt Table\.StreamArn/,
    ],
    [
      'a dynamic reference',
      { Fn: { ...FUNCTION, Properties: { ...FUNCTION.Properties, Role: '{{resolve:ssm:/x}}' } } },
      /Fn uses a dynamic reference/,
    ],
    [
      'a dynamic reference of another kind',
      {
        Cdn: {
          Type: 'AWS::CloudFront::Distribution',
          Properties: { DistributionConfig: { Comment: '{{resolve:ssm:/x}}' } },
        },
      },
      /Cdn uses a dynamic reference/,
    ],
  ])('%s, by logical id', (_what, Resources, expected) => {
    expect(problemsOf({ Resources })).toMatch(expected);
  });

  it('but inserts the value of a secret where CloudFront refers to it, and nowhere else', async () => {
    const reference = { 'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'Secret' }, ':SecretString}}']] };
    const origin = { Id: 'a', DomainName: 'b', OriginCustomHeaders: [{ HeaderName: 'x', HeaderValue: reference }] };
    const { template } = load({
      Resources: {
        Secret: { Type: 'AWS::SecretsManager::Secret', Properties: {} },
        Cdn: { Type: 'AWS::CloudFront::Distribution', Properties: { DistributionConfig: { Origins: [origin] } } },
      },
    });
    const asked: string[] = [];
    const filled = await withSecretValues(template, async (arn) => {
      asked.push(arn);
      return 'the value';
    });
    expect(asked).toEqual([template.resources[0]?.physicalId]);
    expect(filled.resources[0]).toEqual(template.resources[0]);
    expect(filled.resources[1]?.properties).toEqual({
      DistributionConfig: {
        Origins: [{ ...origin, OriginCustomHeaders: [{ HeaderName: 'x', HeaderValue: 'the value' }] }],
      },
    });
  });

  it('lists all problems at once', () => {
    const message = problemsOf({ Resources: { A: { Type: 'AWS::SQS::Queue' }, B: { Type: 'AWS::S3::Bucket' } } });
    expect(message).toMatch(/A is of type/);
    expect(message).toMatch(/B is of type/);
  });

  it('lists firewall, alarms, dashboards and log groups as not run', () => {
    const { template, notRun } = load({
      Resources: {
        Acl: { Type: 'AWS::WAFv2::WebACL' },
        Alarm: { Type: 'AWS::CloudWatch::Alarm' },
        LogA: { Type: 'AWS::Logs::LogGroup' },
        LogB: { Type: 'AWS::Logs::LogGroup' },
      },
    });
    expect(template.resources).toEqual([]);
    expect(Object.fromEntries(notRun)).toEqual({ 'web application firewall': 1, alarm: 1, 'log group': 2 });
  });
});

describe('Intrinsic functions', () => {
  const resolver = createResolver(
    {
      Resources: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's syntax
        Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: { 'Fn::Sub': '${AWS::StackName}-t' } } },
        Fn: FUNCTION,
      },
      Parameters: { Color: { Default: 'blue' } },
      Conditions: {
        Blue: { 'Fn::Equals': [{ Ref: 'Color' }, 'blue'] },
        NotBlue: { 'Fn::Not': [{ Condition: 'Blue' }] },
        Both: { 'Fn::And': [{ Condition: 'Blue' }, { Condition: 'NotBlue' }] },
        Either: { 'Fn::Or': [{ Condition: 'Blue' }, { Condition: 'NotBlue' }] },
      },
    },
    'Test',
  );

  it.each<[unknown, unknown]>([
    [{ Ref: 'Table' }, 'Test-t'],
    [{ Ref: 'Fn' }, 'Fn'],
    [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:us-east-1:000000000000:table/Test-t'],
    [{ 'Fn::GetAtt': 'Fn.Arn' }, 'arn:aws:lambda:us-east-1:000000000000:function:Fn'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] }, 'a-us-east-1'],
    [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's syntax
      { 'Fn::Sub': ['${x}/${Table}/${Fn.Arn}/${!y}', { x: { Ref: 'Color' } }] },
      expect.stringMatching(/^blue\/Test-t\/arn:.*Fn\/\$\{y\}$/),
    ],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    [{ 'Fn::If': ['Blue', 1, 2] }, 1],
    [{ 'Fn::If': ['NotBlue', 1, 2] }, 2],
    [{ 'Fn::If': ['Both', 1, 2] }, 2],
    [{ 'Fn::If': ['Either', 1, 2] }, 1],
    [{ a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
    [{ Ref: 'AWS::AccountId' }, '000000000000'],
    [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
  ])('%j', (value, expected) => {
    expect(resolver.value(value)).toEqual(expected);
  });
});

describe('The template of this repository', () => {
  let assembly: string;
  beforeAll(async () => {
    assembly = await mkdtemp(join(tmpdir(), 'gatehouse-template-'));
    await ensureBundles();
    synthesize(parseConfiguration(readConfiguration()), assembly);
  });
  afterAll(() => rm(assembly, { recursive: true, force: true }));

  it('is edited in one way only: the local origin replaces the distribution’s origin (design §7)', async () => {
    const local = await loadTemplate(assembly, 'http://localhost:4800');
    const unedited = await loadTemplate(assembly, `https://${SENTINEL_DOMAIN}`);
    const changed: string[] = [];
    const compare = (a: unknown, b: unknown, place: string): void => {
      if (typeof a === 'string' && a !== b) {
        changed.push(place);
        expect(b).toBe(a.replaceAll(`https://${SENTINEL_DOMAIN}`, 'http://localhost:4800'));
        return;
      }
      if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
        expect(b).toEqual(a);
        return;
      }
      expect(Object.keys(b)).toEqual(Object.keys(a));
      for (const [name, inner] of Object.entries(a)) compare(inner, Reflect.get(b, name), `${place}.${name}`);
    };
    compare(unedited.template, local.template, 'template');
    expect(changed.length).toBeGreaterThan(5);
    expect(JSON.stringify(local.template)).not.toContain(SENTINEL_DOMAIN);
    expect(local.template.outputs.Issuer).toBe('http://localhost:4800');
  });

  it('gets the same names in every run', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => loadTemplate(assembly, 'http://localhost:4800')));
    expect(first?.template).toEqual(second?.template);
  });

  it('localize changes nothing else', () => {
    const value = { a: ['https://example.com', 1, null, true], b: SENTINEL_DOMAIN };
    expect(localize(value, 'http://localhost:1')).toEqual(value);
  });
});
