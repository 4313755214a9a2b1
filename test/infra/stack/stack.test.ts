import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../../lib/config/cdk-json.ts';
import { merge, parseConfiguration } from '../../../lib/config/configuration.ts';
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
    const [one, other] = [await templateFor(), await templateFor({ stackName: 'Gatehouse-test' })];
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
