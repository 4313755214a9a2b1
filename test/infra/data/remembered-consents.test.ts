import { coldStart } from '../cold-start.ts';
import { statementsOf } from '../policies.ts';
import { type Template, TWO_SERVERS, templateFor } from '../template.ts';

let off: Template;
let on: Template;
beforeAll(async () => {
  [off, on] = [await templateFor(TWO_SERVERS), await templateFor({ ...TWO_SERVERS, rememberConsent: true })];
}, 90_000);

const rightsOf = (template: Template, folder: string): string[] =>
  statementsOf(template, template.functionOf(folder)[0])
    .filter(({ action }) => !action.startsWith('logs:'))
    .map(({ action, resource }) => `${action} on ${resource.replace(/[0-9A-F]{8}(?=[.>])/g, '')}`);

const FOLDERS = ['authorize', 'callback', 'connections', 'privacy'];

describe('"rememberConsent"', () => {
  it('is off by default; then only `privacy`, which erases earlier consents, knows the table', () => {
    const [privacy] = off.functionOf('privacy');
    const knowing = off
      .ofType('AWS::Lambda::Function')
      .filter(([, { Properties }]) => JSON.stringify(Properties).includes('CONSENTS'));
    expect(knowing.map(([logicalId]) => logicalId)).toEqual([privacy]);
  });

  it('uses a table that outlives the stack, like the others', () => {
    const [table] = on.ofType('AWS::DynamoDB::Table').filter(([logicalId]) => logicalId.includes('Consents'));
    expect(table).toEqual([
      'GatehouseTablesConsentsC640C2C8',
      expect.objectContaining({
        DeletionPolicy: 'Retain',
        Properties: expect.objectContaining({
          KeySchema: [{ AttributeName: 'subject', KeyType: 'HASH' }],
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      }),
    ]);
  });

  it.each([
    [
      'authorize',
      [
        'dynamodb:GetItem on <GatehouseTablesConsents.Arn>',
        'dynamodb:GetItem on <GatehouseTablesKeys.Arn>',
        'dynamodb:GetItem on <GatehouseTablesTransactions.Arn>',
        'dynamodb:UpdateItem on <GatehouseTablesTransactions.Arn>',
        'secretsmanager:GetSecretValue on <GatehouseSecretsProvidercompany>',
        'secretsmanager:GetSecretValue on <GatehouseSecretsProviderpartner>',
      ],
    ],
    ...['callback', 'connections'].map(
      (folder) =>
        [
          folder,
          ['dynamodb:GetItem on <GatehouseTablesConsents.Arn>', 'dynamodb:UpdateItem on <GatehouseTablesConsents.Arn>'],
        ] as const,
    ),
  ] as const)('gives %s exactly the rights that it needs', (folder, expected) => {
    const before = new Set(rightsOf(off, folder));
    expect(
      rightsOf(on, folder)
        .filter((right) => !before.has(right))
        .sort(),
    ).toEqual(expected);
  });

  it('changes nothing for any other function', () => {
    const naming = (type: string) =>
      on.ofType(type).filter(([, { Properties }]) => JSON.stringify(Properties).includes('TablesConsents'));
    expect(naming('AWS::IAM::Policy')).toHaveLength(FOLDERS.length);
    expect(naming('AWS::Lambda::Function')).toHaveLength(FOLDERS.length);
  });

  it.each(FOLDERS)('%s starts with its settings, and reads all of them', async (folder) => {
    const { read, given } = await coldStart(on, folder);
    expect(read).toEqual(given);
    expect(given).toContain('GATEHOUSE_CONSENTS_TABLE');
  });
});
