import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import dynalite from 'dynalite';
import { AwsError } from '../../../tools/local/cloud/services/aws-error.ts';
import { startServices } from '../../../tools/local/cloud/services/index.ts';
import { lambda, SHOW_ENVIRONMENT, table, templateOf, temporaryFolder } from '../services-fixture.ts';

import { named, newKey, newTemplate } from './run-services.ts';

/** The URL of a server, which starts to listen where it does not yet. */
const urlOf = async (server: Server): Promise<string> => {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('local services', () => {
  it('keep everything across a restart in a data folder that only one process may use', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const template = newTemplate();
    const first = await startServices(template, { dataDir });
    await first.asOperator('dynamodb', 'PutItem', { TableName: 'Grants', Item: { id: { S: 'kept' } } });
    const { SecretString } = await first.asOperator('secretsmanager', 'GetSecretValue', { SecretId: 'Generated' });
    const { KeyMetadata } = await first.asOperator('kms', 'CreateKey', newKey);
    const KeyId = (KeyMetadata as { KeyId: string }).KeyId;
    const { PublicKey } = await first.asOperator('kms', 'GetPublicKey', { KeyId });
    await first.close();

    const second = await startServices(template, { dataDir });
    try {
      const { Item } = await second.asOperator('dynamodb', 'GetItem', {
        TableName: 'Grants',
        Key: { id: { S: 'kept' } },
      });
      expect(Item).toEqual({ id: { S: 'kept' } });
      const secretNow = await second.asOperator('secretsmanager', 'GetSecretValue', { SecretId: 'Generated' });
      expect(secretNow.SecretString).toBe(SecretString);
      expect((await second.asOperator('kms', 'GetPublicKey', { KeyId })).PublicKey).toBe(PublicKey);
      expect(statSync(join(dataDir, 'keys.json')).mode & 0o077).toBe(0);
      expect(readFileSync(join(dataDir, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} .`));
    } finally {
      await second.close();
    }

    writeFileSync(join(dataDir, 'lock'), String(process.ppid));
    await expect(startServices(template, { dataDir })).rejects.toThrow(`in use by process ${process.ppid}`);
    writeFileSync(join(dataDir, 'lock'), '2147483646');
    await (await startServices(template, { dataDir })).close();
  });

  it('report what to do when a table in the data folder has different keys', async () => {
    const dataDir = temporaryFolder();
    await (await startServices(templateOf('', table('Grants')), { dataDir })).close();
    const KeySchema = [{ AttributeName: 'grantId', KeyType: 'HASH' }];
    const AttributeDefinitions = [{ AttributeName: 'grantId', AttributeType: 'S' }];
    const changed = startServices(templateOf('', table('Grants', { KeySchema, AttributeDefinitions })), { dataDir });
    await expect(changed).rejects.toThrow('start with an empty data folder');
  });

  it.each([
    ['names errors as AWS does', ''],
    ['names errors without a prefix, as MiniStack does', 'com.amazonaws.dynamodb.v20120810#'],
  ])('empty the tables of a DynamoDB endpoint that %s when a run has no data folder', async (_, removedPrefix) => {
    const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
    const renamed = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray());
      const { host: _host, connection: _connection, ...headers } = request.headers as Record<string, string>;
      const answer = await fetch(await urlOf(server), { method: 'POST', headers, body });
      response.writeHead(answer.status).end((await answer.text()).replace(removedPrefix, ''));
    });
    const dynamoDbEndpoint = await urlOf(renamed);
    const get = { TableName: 'Grants', Key: { id: { S: 'x' } } };
    const first = await startServices(templateOf('', table('Grants')), { dynamoDbEndpoint });
    await first.asOperator('dynamodb', 'PutItem', { TableName: 'Grants', Item: { id: { S: 'x' } } });
    expect(await first.asOperator('dynamodb', 'GetItem', get)).toEqual({ Item: { id: { S: 'x' } } });
    await first.close();
    const second = await startServices(templateOf('', table('Grants')), { dynamoDbEndpoint });
    expect(await second.asOperator('dynamodb', 'GetItem', get)).toEqual({});
    await second.close();
    for (const each of [renamed, server]) {
      each.closeAllConnections();
      each.close();
    }
    await expect(
      startServices(templateOf('', table('Grants')), { dynamoDbEndpoint: 'http://127.0.0.1:9' }),
    ).rejects.toThrow('http://127.0.0.1:9 does not answer');
  });

  it('answer a call with the error that onCall throws', async () => {
    let left = 1;
    const throttled = await startServices(templateOf('', table('Grants')), {
      onCall: async (_, execute) => {
        if (left-- > 0) throw new AwsError('ProvisionedThroughputExceededException', 'slow down');
        return execute();
      },
    });
    try {
      const get = () => throttled.asOperator('dynamodb', 'GetItem', { TableName: 'Grants', Key: { id: { S: 'x' } } });
      await expect(get()).rejects.toEqual(named('ProvisionedThroughputExceededException'));
      expect(await get()).toEqual({});
    } finally {
      await throttled.close();
    }
  });

  it.each([
    [
      'an unknown managed policy',
      { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
      'AdministratorAccess',
    ],
    [
      'a role that Lambda may not assume',
      { AssumeRolePolicyDocument: { Statement: [] } },
      'does not let Lambda assume it',
    ],
  ])('refuse to start with %s', async (_, properties, message) => {
    const assembly = temporaryFolder();
    const resources = lambda(assembly, 'Token', SHOW_ENVIRONMENT).map((resource) =>
      resource.type === 'AWS::IAM::Role'
        ? { ...resource, properties: { ...resource.properties, ...properties } }
        : resource,
    );
    await expect(startServices(templateOf(assembly, resources))).rejects.toThrow(message);
  });
});
