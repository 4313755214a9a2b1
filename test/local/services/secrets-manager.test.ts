import { DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { secretArn } from '../services-fixture.ts';

import { named, runServices } from './run-services.ts';

const running = runServices();

describe('local Secrets Manager', () => {
  it('generates a value once, and leaves a secret without a value empty', async () => {
    const read = (SecretId: string) => running.tokenSecrets.send(new GetSecretValueCommand({ SecretId }));
    const first = await read(secretArn('Generated'));
    expect(first.SecretString).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(first.VersionStages).toEqual(['AWSCURRENT']);
    expect((await read('Generated')).SecretString).toBe(first.SecretString);
    const empty = named('ResourceNotFoundException', 'staging label: AWSCURRENT');
    await expect(read(secretArn('Empty'))).rejects.toEqual(empty);
  });

  it('moves stages when a value is put', async () => {
    const SecretId = 'Empty';
    const put = (SecretString: string, ClientRequestToken?: string) =>
      running.operatorSecrets.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken }));
    const read = async (VersionStage?: string) =>
      (
        await running.tokenSecrets.send(
          new GetSecretValueCommand({ SecretId, ...(VersionStage ? { VersionStage } : {}) }),
        )
      ).SecretString;
    const token = '11111111-1111-4111-8111-111111111111';
    await put('one', token);
    await put('one', token);
    await expect(put('other', token)).rejects.toEqual(named('ResourceExistsException'));
    await put('two');
    expect([await read(), await read('AWSPREVIOUS')]).toEqual(['two', 'one']);
    await put('three');
    expect([await read(), await read('AWSPREVIOUS')]).toEqual(['three', 'two']);
    const { VersionIdsToStages } = await running.operatorSecrets.send(new DescribeSecretCommand({ SecretId }));
    expect(Object.values(VersionIdsToStages ?? {}).sort()).toEqual([['AWSCURRENT'], ['AWSPREVIOUS']]);
  });

  it('enforces the role, also for secrets that do not exist', async () => {
    const put = running.tokenSecrets.send(new PutSecretValueCommand({ SecretId: 'Empty', SecretString: 'x' }));
    await expect(put).rejects.toEqual(named('AccessDeniedException', 'secretsmanager:PutSecretValue'));
    const unknown = running.tokenSecrets.send(new GetSecretValueCommand({ SecretId: 'Nothing' }));
    await expect(unknown).rejects.toEqual(named('AccessDeniedException'));
    const missing = running.operatorSecrets.send(new GetSecretValueCommand({ SecretId: 'Nothing' }));
    await expect(missing).rejects.toEqual(named('ResourceNotFoundException'));
  });
});
