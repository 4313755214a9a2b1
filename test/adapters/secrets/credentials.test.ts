import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SecretsManagerCredentials } from '../../../lambdas/runtime/adapters/secrets-manager/client-credentials.ts';
import { fakeSecretsManager, NO_VALUE } from './fake-secrets-manager.ts';

const { secrets, client, clock, versions } = fakeSecretsManager();

describe('Credentials at an identity provider', () => {
  const read = () => new SecretsManagerCredentials(client, 's', clock).read();

  it('are two strings in a JSON object', async () => {
    versions('{"client_id":"id","client_secret":"secret","other":1}');
    expect(await read()).toEqual({ clientId: 'id', clientSecret: 'secret' });
  });

  it('when there are none, the log says which command stores them', async () => {
    secrets.on(GetSecretValueCommand).rejects(NO_VALUE);
    await expect(read()).rejects.toMatchObject({
      reason: 'misconfigured',
      message: expect.stringContaining('aws secretsmanager put-secret-value --secret-id s --secret-string'),
    });
  });

  it('the command names the region, as the one of the stack’s output does', async () => {
    secrets.on(GetSecretValueCommand).rejects(NO_VALUE);
    const arn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:Providergoogle-AbCdEf';
    await expect(new SecretsManagerCredentials(client, arn, clock).read()).rejects.toMatchObject({
      message: expect.stringContaining(
        `aws secretsmanager put-secret-value --region eu-central-1 --secret-id ${arn} --secret-string '{"client_id":"CLIENT_ID","client_secret":"CLIENT_SECRET"}'`,
      ),
    });
  });

  it.each([
    'canary',
    '{}',
    '[]',
    'null',
    '7',
    '{"client_id":"canary"}',
    '{"client_id":"","client_secret":"x"}',
    '{"client_id":1,"client_secret":2}',
  ])('of the form %j are none, and are not repeated', async (value) => {
    versions(value);
    const error = await read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'misconfigured' });
    expect(String(error)).not.toContain('canary');
  });

  it('#167 are read again on demand, even if the copy is new', async () => {
    versions('{"client_id":"id","client_secret":"one"}');
    const credentials = new SecretsManagerCredentials(client, 's', clock);
    await credentials.read();
    versions('{"client_id":"id","client_secret":"two"}');
    expect(await credentials.readAgain()).toMatchObject({ clientSecret: 'two' });
    expect(await credentials.read()).toMatchObject({ clientSecret: 'two' });
  });
});
