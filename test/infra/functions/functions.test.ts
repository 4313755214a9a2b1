import { functionNames } from '../../../lib/functions/bundles.ts';
import { statementsOf } from '../policies.ts';
import { type Template, TWO_SERVERS, templateFor } from '../template.ts';

/** Every right of each function, except writing its own log: `action on resource`. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  'protected-resource-metadata': [],
  'authorization-server-metadata': [],
  jwks: ['dynamodb:GetItem on Keys'],
  register: ['dynamodb:GetItem on Clients', 'dynamodb:UpdateItem on Clients'],
  'client-configuration': [
    'dynamodb:DeleteItem on Clients',
    'dynamodb:GetItem on Clients',
    'dynamodb:UpdateItem on Clients',
  ],
  authorize: ['dynamodb:GetItem on Clients', 'secretsmanager:GetSecretValue on Sealing'],
  consent: [
    'dynamodb:GetItem on Transactions',
    'dynamodb:UpdateItem on Transactions',
    'secretsmanager:GetSecretValue on Providercompany',
    'secretsmanager:GetSecretValue on Providerpartner',
    'secretsmanager:GetSecretValue on Sealing',
  ],
  callback: [
    'dynamodb:GetItem on Grants',
    'dynamodb:GetItem on Transactions',
    'dynamodb:PutItem on Grants',
    'dynamodb:UpdateItem on Clients',
    'dynamodb:UpdateItem on Transactions',
    'secretsmanager:GetSecretValue on Providercompany',
    'secretsmanager:GetSecretValue on Providerpartner',
    'secretsmanager:GetSecretValue on Sealing',
    'secretsmanager:GetSecretValue on Subject',
  ],
  connections: [
    'dynamodb:GetItem on Clients',
    'dynamodb:GetItem on Grants',
    'dynamodb:GetItem on Keys',
    'dynamodb:GetItem on Transactions',
    'dynamodb:Query on Grants/index/bySubject',
    'dynamodb:UpdateItem on Grants',
    'dynamodb:UpdateItem on Keys',
    'dynamodb:UpdateItem on Transactions',
    'secretsmanager:GetSecretValue on Providercompany',
    'secretsmanager:GetSecretValue on Providerpartner',
    'secretsmanager:GetSecretValue on Sealing',
  ],
  token: [
    'dynamodb:GetItem on Assertions',
    'dynamodb:GetItem on Clients',
    'dynamodb:GetItem on Grants',
    'dynamodb:GetItem on Keys',
    'dynamodb:PutItem on Assertions',
    'dynamodb:UpdateItem on Counters',
    'dynamodb:UpdateItem on Grants',
    'dynamodb:UpdateItem on Keys',
  ],
  revoke: [
    'dynamodb:GetItem on Assertions',
    'dynamodb:GetItem on Clients',
    'dynamodb:GetItem on Grants',
    'dynamodb:GetItem on Keys',
    'dynamodb:PutItem on Assertions',
    'dynamodb:UpdateItem on Counters',
    'dynamodb:UpdateItem on Grants',
    'dynamodb:UpdateItem on Keys',
  ],
  introspect: [
    'dynamodb:GetItem on Assertions',
    'dynamodb:GetItem on Clients',
    'dynamodb:GetItem on Grants',
    'dynamodb:GetItem on Keys',
    'dynamodb:PutItem on Assertions',
    'dynamodb:UpdateItem on Counters',
  ],
  userinfo: ['dynamodb:GetItem on Grants', 'dynamodb:GetItem on Keys'],
  welcome: [],
  health: [
    'dynamodb:GetItem on Keys',
    'kms:DescribeKey on arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*',
    'secretsmanager:DescribeSecret on Providercompany',
    'secretsmanager:DescribeSecret on Providerpartner',
  ],
  authorizer: ['dynamodb:GetItem on Grants', 'dynamodb:GetItem on Keys'],
  'key-ring': [
    'dynamodb:GetItem on Keys',
    'dynamodb:UpdateItem on Keys',
    'kms:CreateKey on *',
    'kms:TagResource on arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*',
  ],
  privacy: [
    'dynamodb:DeleteItem on Consents',
    'dynamodb:DeleteItem on Grants',
    'dynamodb:GetItem on Consents',
    'dynamodb:GetItem on Grants',
    'dynamodb:Query on Grants/index/bySubject',
    'lambda:InvokeFunction on KeyRing',
    'secretsmanager:GetSecretValue on Subject',
  ],
  'example-mcp-server': [],
  inspector: ['lambda:InvokeFunction on ExampleServer'],
};

/** Functions that are bundled but not part of the stack. */
const NOT_IN_THE_STACK: readonly string[] = [];

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

describe('Least privilege (#244)', () => {
  it('covers every function', () => {
    expect(functionNames().filter((name) => !NOT_IN_THE_STACK.includes(name))).toEqual(Object.keys(RIGHTS).sort());
    expect(template.ofType('AWS::Lambda::Function')).toHaveLength(Object.keys(RIGHTS).length);
  });

  it.each(Object.entries(RIGHTS))('%s has exactly the rights that it needs', (folder, rights) => {
    const [logicalId] = template.functionOf(folder);
    const own = `${logicalId.replace(/Function[0-9A-F]{8}$/, '')}Log`;
    const statements = statementsOf(template, logicalId);
    const log = statements.filter(({ action }) => action.startsWith('logs:'));
    expect(log.map(({ action }) => action).sort()).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
    for (const { resource } of log) expect(resource).toMatch(new RegExp(`^<${own}[0-9A-F]{8}\\.Arn>$`));
    expect(
      statements
        .filter(({ action }) => !action.startsWith('logs:'))
        .map(({ action, resource }) => `${action} on ${plainName(resource)}`)
        .sort(),
    ).toEqual(rights);
  });

  it('only key-ring may create keys, of one kind and with the tag of this stack', () => {
    const conditions = statementsOf(template, template.functionOf('key-ring')[0])
      .filter(({ action }) => action.startsWith('kms:'))
      .map(({ action, condition }) => [action, condition]);
    expect(Object.fromEntries(conditions)).toEqual({
      'kms:CreateKey': {
        StringEquals: {
          'kms:KeySpec': 'RSA_2048',
          'kms:KeyUsage': 'SIGN_VERIFY',
          'aws:RequestTag/gatehouse:stack': 'Gatehouse/Gatehouse',
          'aws:RequestTag/gatehouse:ring': expect.objectContaining({ Ref: expect.stringContaining('TablesKeys') }),
        },
      },
      'kms:TagResource': {
        StringEquals: {
          'aws:RequestTag/gatehouse:stack': 'Gatehouse/Gatehouse',
          'aws:RequestTag/gatehouse:ring': expect.objectContaining({ Ref: expect.stringContaining('TablesKeys') }),
        },
      },
    });
  });

  it('A22: health may see whether a key of this stack can sign, and of no other', () => {
    const conditions = statementsOf(template, template.functionOf('health')[0])
      .filter(({ action }) => action.startsWith('kms:'))
      .map(({ action, condition }) => [action, condition]);
    const ofThisStack = { StringEquals: { 'aws:ResourceTag/gatehouse:stack': 'Gatehouse/Gatehouse' } };
    expect(conditions).toEqual([['kms:DescribeKey', ofThisStack]]);
  });

  it('no function may Scan, and the listed ones may Query only the index by subject', () => {
    expect(template.text).not.toMatch(/dynamodb:(Scan|\*|Batch|PartiQL)/);
    const onIndexes = Object.keys(RIGHTS).flatMap((folder) =>
      statementsOf(template, template.functionOf(folder)[0]).filter(
        ({ action, resource }) => action === 'dynamodb:Query' || resource.includes('/index/'),
      ),
    );
    for (const { action, resource } of onIndexes) {
      expect(`${action} on ${plainName(resource)}`).toBe('dynamodb:Query on Grants/index/bySubject');
    }
  });

  it('callback may query the index only if a scope can be refused', async () => {
    const restricted = await templateFor({
      ...TWO_SERVERS,
      scopes: {
        mcp: { description: 'Use it' },
        more: { description: 'More', grantedTo: { emails: ['a@example.com'] } },
      },
    });
    const rights = statementsOf(restricted, restricted.functionOf('callback')[0]).map(
      ({ action, resource }) => `${action} on ${plainName(resource)}`,
    );
    expect(rights.filter((right) => !right.startsWith('logs:') && !RIGHTS.callback?.includes(right))).toEqual([
      'dynamodb:Query on Grants/index/bySubject',
    ]);
  });

  it('no IAM policy allows Sign; the policy of each key lets only token sign', () => {
    expect(template.text).not.toMatch(/kms:Sign|kms:\*/);
    const [token] = template.functionOf('token');
    const [, keys] = template.functionOf('key-ring');
    expect(keys.Properties.Environment.Variables.GATEHOUSE_TOKEN_ROLE_ARN).toEqual({
      'Fn::GetAtt': [template.resources[token]?.Properties.Role['Fn::GetAtt'][0], 'Arn'],
    });
  });

  it('no role of a function has a managed policy or can be assumed by another service than Lambda', () => {
    const roles = template.ofType('AWS::IAM::Role').filter(([logicalId]) => !logicalId.includes('ApiGatewayLogRole'));
    expect(roles.length).toBe(template.ofType('AWS::Lambda::Function').length);
    for (const [, { Properties }] of roles) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
  });
});

describe('Functions', () => {
  it('run on arm64 and Node 24, each with a log group that expires', () => {
    for (const [, { Properties }] of template.ofType('AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x', Handler: 'index.handler' });
      const logGroup = template.resources[Properties.LoggingConfig.LogGroup.Ref];
      expect(logGroup?.Properties.RetentionInDays).toBe(30);
    }
  });

  it('respond before API Gateway gives up after 29 seconds, except streams and administration', () => {
    for (const folder of Object.keys(RIGHTS)) {
      const seconds = template.functionOf(folder)[1].Properties.Timeout;
      if (['example-mcp-server', 'inspector'].includes(folder)) expect(seconds).toBe(900);
      else if (['key-ring', 'privacy'].includes(folder)) expect(seconds).toBe(300);
      else expect(seconds).toBeLessThanOrEqual(20);
    }
  });

  it('can be invoked only by API Gateway and the schedule (#118)', () => {
    expect(template.ofType('AWS::Lambda::Url')).toEqual([]);
    for (const [, { Properties }] of template.ofType('AWS::Lambda::Permission')) {
      expect(Properties.Action).toBe('lambda:InvokeFunction');
      expect(['apigateway.amazonaws.com', 'events.amazonaws.com']).toContain(Properties.Principal);
      expect(Properties.SourceArn).toBeDefined();
    }
  });
});

const plainName = (resource: string): string =>
  resource.replace(/^<Gatehouse(?:Tables|Secrets)?([A-Za-z]+?)(?:Function)?[0-9A-F]{8}(?:\.Arn)?>/, '$1');
