import { readFileSync } from 'node:fs';
import { shown, type Template, TWO_SERVERS, templateFor } from '../template.ts';

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

describe('Outputs', () => {
  it('show where to connect, what to register, which commands to run, and what remains', () => {
    const outputs = Object.fromEntries(
      Object.entries(template.outputs).map(([name, { Value }]) => [
        name,
        shown(Value).replace(/<Gatehouse(?:FrontDoor|Tables|Secrets)(\w+?)[0-9A-F]{8}(\.DomainName)?>/g, '<$1>'),
      ]),
    );
    expect(outputs).toEqual({
      AlarmTopic: expect.stringMatching(/^aws sns subscribe .* --topic-arn <\w+Topic\w+> --protocol email /),
      StandingCost: expect.stringMatching(/^[0-9.]+ dollars a month: firewall /),
      Issuer: 'https://<Distribution>',
      ConnectorUrlMcp: 'https://<Distribution>/mcp',
      ConnectorUrlToolsMcp: 'https://<Distribution>/tools/mcp',
      RedirectUriCompany: 'https://<Distribution>/callback/company',
      RedirectUriPartner: 'https://<Distribution>/callback/partner',
      SecretCommandCompany:
        'aws secretsmanager put-secret-value --region <AWS::Region> --secret-id <Providercompany> ' +
        `--secret-string '{"client_id":"CLIENT_ID","client_secret":"CLIENT_SECRET"}'`,
      SecretCommandPartner: expect.stringContaining('--secret-id <Providerpartner> '),
      RotateKeyCommand:
        `echo '{"action":"rotate"}' > command.json && ` +
        'aws lambda invoke --region <AWS::Region> --function-name <GatehouseKeyRingFunction3AC1F9BF> --cli-read-timeout 300 ' +
        '--payload fileb://command.json key-ring.json && cat key-ring.json',
      EmergencyRotateKeyCommand: expect.stringContaining(`echo '{"action":"rotate","emergency":true}' > command.json `),
      LogOutCommand: expect.stringContaining(`echo '{"action":"setNotBefore","all":true}' > command.json `),
      ExportUserDataCommand: expect.stringContaining(`echo '{"action":"export","subject":"SUB"}' > command.json `),
      EraseUserDataCommand: expect.stringMatching(
        /^echo '{"action":"erase","subject":"SUB"}' > command\.json && .*--function-name <GatehousePrivacyFunction\w+> .* user-data\.json && cat user-data\.json$/,
      ),
      KeptTables: expect.stringMatching(
        /^for table in <Clients> <Transactions> <Grants> <Keys> <Assertions> <Consents>; do .*delete-table/,
      ),
      KeptSecrets: expect.stringContaining('Values=gatehouse:stack-id Key=tag-value,Values=<AWS::StackId> '),
      KeptSigningKeys: expect.stringContaining(`--tag-filters 'Key=gatehouse:ring,Values=<Keys>' `),
    });
  });

  it('B17, B18: a function is invoked as versions 1 and 2 of the AWS CLI can, and its answer is a file of JSON', () => {
    const invocations = Object.values(template.outputs)
      .map(({ Value }) => shown(Value))
      .filter((command) => command.includes('aws lambda invoke '));
    expect(invocations).toHaveLength(5);
    for (const command of invocations) {
      expect(command).toMatch(/ --payload fileb:\/\/command\.json (\S+\.json) && cat \1$/);
      expect(command).not.toMatch(/cli-binary-format|\/dev\/stdout/);
    }
  });

  it.each(['KeptSecrets', 'KeptSigningKeys'])(
    'B12, B16: %s deletes only what this deployment left, once it is gone, and shows it first',
    (name) => {
      const command = shown(template.outputs[name]?.Value);
      expect(command).toMatch(
        /^\[ "\$\(aws cloudformation describe-stacks [^)]*--stack-name <AWS::StackId> [^)]*\)" = DELETE_COMPLETE \] && ids=/,
      );
      expect(command).toMatch(/ && echo "\$ids" && printf .* && read answer && \[ "\$answer" = yes \] && for id in /);
    },
  );

  it('B12: every secret that is kept has the tag by which the command finds it', () => {
    const kept = template.ofType('AWS::SecretsManager::Secret').filter(([, { DeletionPolicy }]) => DeletionPolicy);
    expect(kept.length).toBeGreaterThan(3);
    for (const [logicalId, { Properties, DeletionPolicy }] of kept) {
      if (DeletionPolicy === 'Delete') continue;
      expect([logicalId, Properties.Tags]).toEqual([
        logicalId,
        [{ Key: 'gatehouse:stack-id', Value: { Ref: 'AWS::StackId' } }],
      ]);
    }
  });
});

describe('A first deployment that failed', () => {
  // `Retain` also applies when a failed creation is rolled back; `RetainExceptOnCreate` does not.
  it('leaves exactly the resources that the runbook lists', async () => {
    const withPool = await templateFor({ identityProviders: { pool: { kind: 'cognito' } } });
    const left = Object.values(withPool.resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
    const runbook = readFileSync('docs/runbook/recovery.md', 'utf8');
    const section = /\n## The first deployment failed\n(.*?)\n## /s.exec(runbook)?.[1] ?? '';
    const words: Record<string, RegExp> = {
      'AWS::DynamoDB::Table': /tables.*delete-table/s,
      'AWS::Cognito::UserPool': /user pools.*delete-user-pool/s,
      'AWS::IAM::Role': /API Gateway's logging role/,
      'AWS::ApiGateway::Account': /apigateway get-account/,
    };
    expect(new Set(left.map(({ Type }) => Type))).toEqual(new Set(Object.keys(words)));
    for (const word of Object.values(words)) expect(section).toMatch(word);
    expect(section).toMatch(/signing key.*Key=gatehouse:stack.*kms schedule-key-deletion/s);
  });
});

describe('Template', () => {
  it('is plain ASCII, which IAM descriptions and CloudFormation outputs require', () => {
    expect(/^[\x20-\x7e\n]*$/.test(template.text)).toBe(true);
  });

  it('uses exactly these resource types', () => {
    const types = new Set(Object.values(template.resources).map(({ Type }) => Type));
    expect([...types].sort()).toEqual([
      'AWS::ApiGateway::Account',
      'AWS::ApiGateway::Authorizer',
      'AWS::ApiGateway::Deployment',
      'AWS::ApiGateway::GatewayResponse',
      'AWS::ApiGateway::Method',
      'AWS::ApiGateway::Resource',
      'AWS::ApiGateway::RestApi',
      'AWS::ApiGateway::Stage',
      'AWS::CloudFront::CachePolicy',
      'AWS::CloudFront::Distribution',
      'AWS::CloudFront::Function',
      'AWS::CloudFront::ResponseHeadersPolicy',
      'AWS::CloudWatch::Alarm',
      'AWS::DynamoDB::Table',
      'AWS::Events::Rule',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::SNS::Topic',
      'AWS::SNS::TopicPolicy',
      'AWS::SecretsManager::Secret',
      'AWS::WAFv2::WebACL',
      'AWS::WAFv2::WebACLAssociation',
      'Custom::GatehouseKeyRing',
    ]);
  });

  it('has no cycle', () => {
    const visiting = new Set<string>();
    const done = new Set<string>();
    const visit = (logicalId: string): void => {
      if (done.has(logicalId)) return;
      if (visiting.has(logicalId)) throw new Error(`cycle: ${[...visiting, logicalId].join(' -> ')}`);
      visiting.add(logicalId);
      for (const other of referencesOf(template.resources[logicalId])) if (other in template.resources) visit(other);
      visiting.delete(logicalId);
      done.add(logicalId);
    };
    expect(() => Object.keys(template.resources).forEach(visit)).not.toThrow();
  });
});

/** Logical ids that a part of the template refers to, `DependsOn` and `Fn::Sub` included. */
const referencesOf = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, argument]) => {
    if (key === 'Ref') return [String(argument)];
    if (key === 'Fn::GetAtt') return [String(argument[0])];
    if (key === 'DependsOn') return [argument].flat().map(String);
    if (key === 'Fn::Sub') return [...String(argument).matchAll(/\$\{([^}.]+)/g)].map(([, name]) => name ?? '');
    return referencesOf(argument);
  });
};
