import { App } from 'aws-cdk-lib';
import { readConfiguration } from '../../../lib/config/cdk-json.ts';
import { merge, parseConfiguration } from '../../../lib/config/configuration.ts';
import { environmentOf, RESTORE_CHALLENGES_CODE } from '../../../lib/edge/restore-challenges.ts';
import { GatehouseStack } from '../../../lib/gatehouse-stack.ts';
import { type TemplateResource, templateFor } from '../template.ts';

const OPTION = { restoreChallenges: true } as const;

describe('A31: "restoreChallenges"', () => {
  it('runs one function for responses of every origin but metadata, which has no challenges', async () => {
    const template = await templateFor(OPTION);
    const { DefaultCacheBehavior, CacheBehaviors } =
      template.ofType('AWS::CloudFront::Distribution')[0]?.[1].Properties.DistributionConfig ?? {};
    const [[versionId, version] = []] = template.ofType('AWS::Lambda::Version');
    const [metadata, ...servers] = CacheBehaviors;
    for (const behavior of [DefaultCacheBehavior, ...servers]) {
      expect(behavior.LambdaFunctionAssociations).toEqual([
        { EventType: 'origin-response', LambdaFunctionARN: { Ref: versionId } },
      ]);
    }
    expect(metadata).not.toHaveProperty('LambdaFunctionAssociations');
    // Lambda@Edge refuses environment variables, other processors and long time limits.
    const edge = template.resources[version?.Properties.FunctionName.Ref]?.Properties;
    expect(Object.keys(edge ?? {}).sort()).toEqual(
      ['Code', 'Description', 'Handler', 'MemorySize', 'Role', 'Runtime', 'Timeout'].sort(),
    );
    expect(edge.Code).toEqual({ ZipFile: RESTORE_CHALLENGES_CODE });
    expect(edge.Timeout).toBeLessThanOrEqual(30);
  });

  it('the function has no rights, and only Lambda and the edge may assume its role', async () => {
    const template = await templateFor(OPTION);
    const edge = template.ofType('AWS::Lambda::Function').find(([, { Properties }]) => Properties.Code.ZipFile)?.[1];
    const [roleId] = edge?.Properties.Role['Fn::GetAtt'] ?? [];
    const { AssumeRolePolicyDocument, ...rest } = template.resources[roleId]?.Properties ?? {};
    expect(rest).toEqual({});
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Service: ['edgelambda.amazonaws.com', 'lambda.amazonaws.com'] },
      },
    ]);
    expect(template.ofType('AWS::IAM::Policy').flatMap(([, { Properties }]) => Properties.Roles)).not.toContainEqual({
      Ref: roleId,
    });
  });

  it('in another region, the function is in a second stack in us-east-1, which is deployed first', () => {
    const configuration = parseConfiguration(merge(readConfiguration(), OPTION));
    const app = new App({ analyticsReporting: false });
    const stack = new GatehouseStack(app, 'Gatehouse', {
      configuration,
      ...environmentOf(configuration, { region: 'eu-central-1' }),
    });
    const [edgeStack] = stack.dependencies;
    expect([edgeStack?.stackName, edgeStack?.region]).toEqual(['Gatehouse-edge-eu-central-1', 'us-east-1']);
    if (!edgeStack) return;
    const assembly = app.synth();
    const codeIn = (name: string) =>
      Object.values<TemplateResource>(assembly.getStackByName(name).template.Resources).flatMap(
        ({ Type, Properties }) => (Type === 'AWS::Lambda::Function' ? (Properties.Code.ZipFile ?? []) : []),
      );
    expect([codeIn('Gatehouse-edge-eu-central-1'), codeIn('Gatehouse')]).toEqual([[RESTORE_CHALLENGES_CODE], []]);
  });

  it('off, the template has no such function and fits into any region', async () => {
    expect((await templateFor()).ofType('AWS::Lambda::Version')).toEqual([]);
    expect(environmentOf({ restoreChallenges: false }, { region: 'eu-central-1' })).toEqual({});
  });
});
