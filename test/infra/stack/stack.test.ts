import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../../lib/config/cdk-json.ts';
import { type ConfigurationInput, merge, parseConfiguration } from '../../../lib/config/configuration.ts';
import { destroyNotice } from '../../../lib/destroy-notice.ts';
import { ensureBundles } from '../../../lib/functions/bundles.ts';
import { synthesize } from '../../../lib/synthesize.ts';
import { problemsOf } from '../config/good-configuration.ts';
import { shown, type Template, templateFor } from '../template.ts';

describe('B3: cdk destroy', () => {
  beforeAll(() => ensureBundles());

  it.each([
    [{}, true],
    [{ terminationProtection: false }, false],
  ])('with %j, termination protection is %s', (overlay, expected) => {
    const directory = mkdtempSync(join(tmpdir(), 'gatehouse-stack-'));
    try {
      const assembly = synthesize(parseConfiguration(merge(readConfiguration(), overlay)), directory);
      expect(assembly.getStackByName('Gatehouse').terminationProtection).toBe(expected);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('B3: before cdk destroy, the command', () => {
  const noticeFor = (overlay: unknown) => destroyNotice(parseConfiguration(merge(readConfiguration(), overlay)));
  const FULL = {
    terminationProtection: false,
    stackName: 'Gatehouse-test',
    identityProviders: { pool: { kind: 'cognito' }, google: { kind: 'google', recheck: true } },
  };

  it('says nothing while termination protection is on, because that refuses it', () => {
    expect(noticeFor({ ...FULL, terminationProtection: true })).toBeUndefined();
  });

  it('names every kind of resource that outlives the stack, and the outputs that delete it', async () => {
    const KEPT: Readonly<Record<string, readonly [said: string, output: string | undefined]>> = {
      'AWS::DynamoDB::Table': ['the tables', 'KeptTables'],
      'AWS::SecretsManager::Secret': ['the secrets', 'KeptSecrets'],
      'Custom::GatehouseKeyRing': ['the signing keys', 'KeptSigningKeys'],
      'AWS::Cognito::UserPool': ['the user pool of "pool"', 'KeptUserPoolPool'],
      'AWS::KMS::Key': ["the key that encrypts providers' tokens", 'KeptTokensKey'],
      'AWS::IAM::Role': ["the account's role for logs of API Gateway", undefined],
      'AWS::ApiGateway::Account': ["the account's role for logs of API Gateway", undefined],
    };
    const notice = noticeFor(FULL);
    for (const [said] of Object.values(KEPT)) expect(notice).toContain(said);
    expect(notice).toContain('--stack-name Gatehouse-test ');
    const { resources, outputs } = await templateFor(FULL as never);
    const retained = Object.values(resources).filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'));
    // Signing keys are no resources of the template.
    expect(new Set([...retained.map(({ Type }) => Type), 'Custom::GatehouseKeyRing'])).toEqual(
      new Set(Object.keys(KEPT)),
    );
    expect(new Set(Object.keys(outputs).filter((name) => name.startsWith('Kept')))).toEqual(
      new Set(Object.values(KEPT).flatMap(([, output]) => output ?? [])),
    );
  });

  it('names no more than the configuration makes', () => {
    const notice = noticeFor({ terminationProtection: false, apiGatewayLogRole: 'existing' });
    expect(notice).toContain('It keeps the tables, the secrets and the signing keys.');
  });
});

/** Names of these types belong to an API or a role and not to the account. */
const NAMED_WITHIN_ANOTHER = new Set(['AWS::ApiGateway::Authorizer', 'AWS::ApiGateway::Stage', 'AWS::IAM::Policy']);

/** Every name that the template gives to a resource, with the type of the resource. */
const physicalNames = ({ resources }: Template): string[] =>
  Object.values(resources)
    .filter(({ Type }) => !NAMED_WITHIN_ANOTHER.has(Type))
    .flatMap(({ Type, Properties }) =>
      [
        Properties?.Name,
        Properties?.[`${Type.split('::')[2]}Name`],
        Properties?.CachePolicyConfig?.Name,
        Properties?.ResponseHeadersPolicyConfig?.Name,
      ].flatMap((name) => (name === undefined ? [] : [`${Type} ${shown(name)}`])),
    );

describe('B14: two stacks in one account and region', () => {
  it('share no name, and no tag of their signing keys', async () => {
    const wide = {
      restoreChallenges: true,
      monitoring: { dashboard: true, email: 'ops@example.com' },
      identityProviders: { pool: { kind: 'cognito' } },
    } as Partial<ConfigurationInput>;
    const [one, other] = [await templateFor(wide), await templateFor({ ...wide, stackName: 'Gatehouse-test' })];
    const [names, otherNames] = [physicalNames(one), physicalNames(other)];
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => otherNames.includes(name))).toEqual([]);
    const tagOf = (template: Template) =>
      template.functionOf('key-ring')[1].Properties.Environment.Variables.GATEHOUSE_STACK_TAG;
    expect([tagOf(one), tagOf(other)]).toEqual(['Gatehouse/Gatehouse', 'Gatehouse-test/Gatehouse']);
  });

  it.each(['', '1st', 'a_b', 'x'.repeat(41)])('the name %j is refused', async (stackName) => {
    expect(problemsOf(merge(readConfiguration(), { stackName }))).toEqual([
      expect.stringMatching(/^stackName: expected a stack name of at most 40 letters, digits and -/),
    ]);
  });
});
