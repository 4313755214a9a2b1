import { type Template, TWO_SERVERS, templateFor } from '../template.ts';

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

describe('Tables', () => {
  it('are kept, protected, restorable and paid per request, and expire by expiresAt', () => {
    const tables = template.ofType('AWS::DynamoDB::Table').filter(([logicalId]) => !logicalId.includes('Counters'));
    expect(tables.map(([, { Properties }]) => Properties.KeySchema)).toEqual(
      ['clientId', 'transactionId', 'grantId', 'id', 'assertionId', 'subject'].map((name) => [
        { AttributeName: name, KeyType: 'HASH' },
      ]),
    );
    for (const [, table] of tables) {
      expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      expect(table.Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      });
    }
  });

  it('list the grants of a user with an index that holds only keys', () => {
    const indexed = template
      .ofType('AWS::DynamoDB::Table')
      .filter(([, { Properties }]) => Properties.GlobalSecondaryIndexes !== undefined);
    expect(indexed.map(([, { Properties }]) => [Properties.KeySchema[0], Properties.GlobalSecondaryIndexes])).toEqual([
      [
        { AttributeName: 'grantId', KeyType: 'HASH' },
        [
          {
            IndexName: 'bySubject',
            KeySchema: [
              { AttributeName: 'subject', KeyType: 'HASH' },
              { AttributeName: 'issuedAt', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      ],
    ]);
  });

  it('keep their logical ids, because a renamed table loses its rows', () => {
    expect(template.ofType('AWS::DynamoDB::Table').map(([logicalId]) => logicalId)).toEqual([
      'GatehouseTablesClients46FE601A',
      'GatehouseTablesTransactions84B124C2',
      'GatehouseTablesGrantsE318C140',
      'GatehouseTablesKeys3F81F29D',
      'GatehouseTablesAssertionsFFA22B3F',
      'GatehouseTablesConsentsC640C2C8',
      expect.stringMatching(/^GatehouseTablesCounters/),
    ]);
  });
});

describe('Secrets', () => {
  const secretsOf = (owner: string) =>
    template.ofType('AWS::SecretsManager::Secret').filter(([logicalId]) => logicalId.startsWith(owner));

  it('outlive the stack, except the origin secret', () => {
    expect(secretsOf('GatehouseFrontDoor')).toMatchObject([[expect.stringContaining('OriginSecret'), {}]]);
    for (const [, secret] of secretsOf('GatehouseSecrets')) {
      expect(secret).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    }
  });

  it('are generated, except those that an identity provider issues, which start empty', () => {
    expect(
      secretsOf('GatehouseSecrets').map(([logicalId, { Properties }]) => [
        logicalId.replace(/^GatehouseSecrets(\w+?)[0-9A-F]{8}$/, '$1'),
        Properties.GenerateSecretString?.PasswordLength,
        Properties.SecretString,
      ]),
    ).toEqual([
      ['Sealing', 64, undefined],
      ['Subject', 64, undefined],
      ['Providercompany', undefined, undefined],
      ['Providerpartner', undefined, undefined],
    ]);
  });
});

describe('Key ring', () => {
  it('gets its first key from our own function during the deployment', () => {
    const [[, { Properties, DependsOn }] = ['', { Properties: {}, DependsOn: [] as string[] }]] =
      template.ofType('Custom::GatehouseKeyRing');
    const [keys, { Properties: keysFunction }] = template.functionOf('key-ring');
    const [token, { Properties: tokenFunction }] = template.functionOf('token');
    expect(token).toBeDefined();
    expect(Properties.ServiceToken).toEqual({ 'Fn::GetAtt': [keys, 'Arn'] });
    // CloudFormation must wait longer than the function can take.
    expect(Number(Properties.ServiceTimeout)).toBeGreaterThanOrEqual(keysFunction.Timeout + 60);
    // KMS refuses a policy that names a role that does not exist yet.
    expect(DependsOn).toContain(tokenFunction.Role['Fn::GetAtt'][0]);
  });

  it('is maintained once a day', () => {
    const [[rule, { Properties }] = ['', { Properties: {} }]] = template.ofType('AWS::Events::Rule');
    const [keys] = template.functionOf('key-ring');
    expect(Properties).toMatchObject({
      ScheduleExpression: 'rate(1 day)',
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': [keys, 'Arn'] } }],
    });
    expect(template.ofType('AWS::Lambda::Permission').map(([, permission]) => permission.Properties)).toContainEqual(
      expect.objectContaining({ Principal: 'events.amazonaws.com', SourceArn: { 'Fn::GetAtt': [rule, 'Arn'] } }),
    );
  });

  it('is data, so the template contains no key', () => {
    expect(template.text).not.toMatch(/AWS::KMS::/);
  });
});
