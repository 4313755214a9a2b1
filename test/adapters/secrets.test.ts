import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { UnavailableError } from '../../lambdas/core/oauth-error.ts';
import { CachedSecret, generatedSecret } from '../../lambdas/runtime/adapters/secrets-manager/cached-secret.ts';
import { SecretsManagerCredentials } from '../../lambdas/runtime/adapters/secrets-manager/client-credentials.ts';
import { SecretsManagerClientSecrets } from '../../lambdas/runtime/adapters/secrets-manager/client-secrets.ts';
import { SecretsManagerSealingKeys, sealingKey } from '../../lambdas/runtime/adapters/secrets-manager/sealing-keys.ts';
import { secretCheck } from '../../lambdas/runtime/adapters/secrets-manager/secret-check.ts';

const secrets = mockClient(SecretsManagerClient);
const client = new SecretsManagerClient({ region: 'eu-central-1' });
const empty = new ResourceNotFoundException({ message: "can't find the specified secret value", $metadata: {} });

let now = 0;
const clock = () => now;
const calls = () => secrets.commandCalls(GetSecretValueCommand).length;
const versions = (current: string, previous?: string) => {
  secrets.on(GetSecretValueCommand, { SecretId: 's', VersionStage: 'AWSCURRENT' }).resolves({ SecretString: current });
  const before = secrets.on(GetSecretValueCommand, { SecretId: 's', VersionStage: 'AWSPREVIOUS' });
  if (previous === undefined) before.rejects(empty);
  else before.resolves({ SecretString: previous });
};

afterAll(() => secrets.restore());
beforeEach(() => {
  secrets.reset();
  now = 1_800_000_000;
});

describe('A cached secret', () => {
  it('is read once in five minutes', async () => {
    versions('one');
    const secret = new CachedSecret(client, 's', clock);
    expect([await secret.read(), await secret.read()]).toEqual(['one', 'one']);
    now += 299;
    await secret.read();
    expect(calls()).toBe(1);
    versions('two');
    now += 1;
    expect(await secret.read()).toBe('two');
  });

  it('serves its last copy while Secrets Manager is down, and fails without one', async () => {
    versions('one');
    const secret = new CachedSecret(client, 's', clock);
    await secret.read();
    secrets.on(GetSecretValueCommand).rejects(new Error('throttled'));
    now += 3600;
    expect(await secret.read()).toBe('one');
    await expect(secret.readAgain()).rejects.toThrow(UnavailableError);
    await expect(new CachedSecret(client, 's', clock).read()).rejects.toThrow(UnavailableError);
  });

  it('has no value before somebody stores one, and is asked for again each time', async () => {
    secrets.on(GetSecretValueCommand).rejects(empty);
    const secret = new CachedSecret(client, 's', clock);
    expect(await secret.read()).toBeUndefined();
    versions('one');
    expect(await secret.read()).toBe('one');
  });

  it('that the stack generates always has one', async () => {
    secrets.on(GetSecretValueCommand).rejects(empty);
    await expect(generatedSecret(client, 's', clock)()).rejects.toThrow(UnavailableError);
  });
});

describe('Whether a secret has a value', () => {
  const described = (stages?: string[]) =>
    secrets.on(DescribeSecretCommand).resolves(stages ? { VersionIdsToStages: { v: stages } } : {});
  const looks = () => secrets.commandCalls(DescribeSecretCommand).length;

  it('is told without reading it, and asked for again when that may have changed', async () => {
    described();
    const check = secretCheck(client, 's', clock);
    expect([await check(), await check(), looks()]).toEqual(['empty', 'empty', 1]);
    described(['AWSCURRENT']);
    now += 10;
    expect(await check()).toBe('filled');
    now += 299;
    expect([await check(), looks()]).toEqual(['filled', 2]);
    expect(calls()).toBe(0);
  });

  it('is unknown for ten seconds when nobody says', async () => {
    secrets.on(DescribeSecretCommand).rejects(new Error('throttled'));
    const check = secretCheck(client, 's', clock);
    expect([await check(), await check(), looks()]).toEqual(['unknown', 'unknown', 1]);
    described(['AWSCURRENT', 'v2']);
    now += 10;
    expect(await check()).toBe('filled');
  });

  it('a version without the label counts for nothing', async () => {
    described(['AWSPREVIOUS']);
    expect(await secretCheck(client, 's', clock)()).toBe('empty');
  });
});

describe('Credentials at an identity provider', () => {
  const read = () => new SecretsManagerCredentials(client, 's', clock).read();

  it('are two texts of a JSON object', async () => {
    versions('{"client_id":"id","client_secret":"secret","other":1}');
    expect(await read()).toEqual({ clientId: 'id', clientSecret: 'secret' });
  });

  it('when there are none, the log says which command stores them', async () => {
    secrets.on(GetSecretValueCommand).rejects(empty);
    await expect(read()).rejects.toMatchObject({
      reason: 'misconfigured',
      message: expect.stringContaining('aws secretsmanager put-secret-value --secret-id s --secret-string'),
    });
  });

  it('the command names the region, as the one of the stack’s output does', async () => {
    secrets.on(GetSecretValueCommand).rejects(empty);
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

  it('#167 are read again on demand, whatever the age of the copy', async () => {
    versions('{"client_id":"id","client_secret":"one"}');
    const credentials = new SecretsManagerCredentials(client, 's', clock);
    await credentials.read();
    versions('{"client_id":"id","client_secret":"two"}');
    expect(await credentials.readAgain()).toMatchObject({ clientSecret: 'two' });
    expect(await credentials.read()).toMatchObject({ clientSecret: 'two' });
  });
});

describe('Sealing keys', () => {
  it('are 32 bytes made of the secret, with a short name that tells nothing', () => {
    const key = sealingKey('one');
    expect([key.bytes.length, key.id.length]).toEqual([32, 8]);
    expect(Buffer.from(key.bytes).toString('base64url')).not.toContain(key.id);
  });

  it('current seals, previous still opens; the previous one is read only when needed', async () => {
    versions('two', 'one');
    const keys = new SecretsManagerSealingKeys(client, 's', clock);
    expect(await keys.current()).toEqual(sealingKey('two'));
    expect(await keys.find(sealingKey('two').id)).toEqual(sealingKey('two'));
    expect(calls()).toBe(1);
    expect(await keys.find(sealingKey('one').id)).toEqual(sealingKey('one'));
    expect(calls()).toBe(3);
    now += 299;
    expect(await keys.find(sealingKey('one').id)).toEqual(sealingKey('one'));
    expect(calls()).toBe(3);
  });

  it('before the first change there is no former one, and made-up ids make no calls', async () => {
    versions('one');
    const keys = new SecretsManagerSealingKeys(client, 's', clock);
    for (let id = 0; id < 20; id += 1) expect(await keys.find(`unknown${id}`)).toBeUndefined();
    expect(calls()).toBe(3);
  });

  it('while nobody can look, an unknown id is a fault of ours, and made-up ids make no calls', async () => {
    versions('one');
    const keys = new SecretsManagerSealingKeys(client, 's', clock);
    await keys.current();
    secrets.on(GetSecretValueCommand).rejects(new Error('throttled'));
    const before = calls();
    for (let id = 0; id < 20; id += 1) await expect(keys.find(`unknown${id}`)).rejects.toThrow(UnavailableError);
    expect(calls()).toBe(before + 2);
    expect(await keys.find(sealingKey('one').id)).toEqual(sealingKey('one'));
    versions('two', 'one');
    now += 30;
    expect(await keys.find(sealingKey('two').id)).toEqual(sealingKey('two'));
  });

  it('a newer one than our copy is found by looking again, at most once in half a minute', async () => {
    versions('one');
    const keys = new SecretsManagerSealingKeys(client, 's', clock);
    await keys.current();
    versions('two', 'one');
    expect(await keys.find(sealingKey('two').id)).toEqual(sealingKey('two'));
    const before = calls();
    expect(await keys.find('unknown1')).toBeUndefined();
    expect(await keys.find('unknown2')).toBeUndefined();
    expect(calls()).toBe(before);
    now += 30;
    expect(await keys.find('unknown3')).toBeUndefined();
    expect(calls()).toBe(before + 2);
  });
});

describe('Secrets of configured clients', () => {
  const verifier = () => new SecretsManagerClientSecrets(client, clock).verify;

  it('are the current and the former value, and nothing else', async () => {
    versions('new', 'old');
    const verify = verifier();
    const answers = await Promise.all(['new', 'old', 'older', '', 'new '].map((presented) => verify('s', presented)));
    expect(answers).toEqual([true, true, false, false, false]);
  });

  it('one that was never changed has no former value, and an empty one is none', async () => {
    versions('new');
    const verify = verifier();
    expect([await verify('s', 'new'), await verify('s', ''), await verify('s', 'undefined')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('a change is noticed within ten seconds, and whoever guesses makes nobody look more often', async () => {
    versions('one');
    const verify = verifier();
    expect(await verify('s', 'one')).toBe(true);
    versions('two', 'one');
    now += 10;
    expect([await verify('s', 'two'), await verify('s', 'one')]).toEqual([true, true]);
    const before = calls();
    for (let guess = 0; guess < 20; guess += 1) expect(await verify('s', `guess ${guess}`)).toBe(false);
    expect(calls()).toBe(before);
  });

  it.each([
    ['the current one', 'one', 1],
    ['the former one', 'zero', 3],
  ])('%s, once known, is not asked for again within five minutes', async (_, presented, reads) => {
    versions('one', 'zero');
    const verify = verifier();
    expect(await verify('s', presented)).toBe(true);
    now += 299;
    expect(await verify('s', presented)).toBe(true);
    expect(calls()).toBe(reads);
  });

  it('one that was never changed is read once, however often it is presented', async () => {
    versions('one');
    const verify = verifier();
    for (let request = 0; request < 20; request += 1) expect(await verify('s', 'one')).toBe(true);
    expect(calls()).toBe(1);
  });

  it('in an outage what fits a copy still does, and of what does not nobody can tell', async () => {
    versions('new', 'old');
    const verify = verifier();
    await verify('s', 'old');
    secrets.on(GetSecretValueCommand).rejects(new Error('throttled'));
    now += 3600;
    expect([await verify('s', 'new'), await verify('s', 'old')]).toEqual([true, true]);
    await expect(verify('s', 'newer')).rejects.toThrow(UnavailableError);
    await expect(verify('s', 'newer')).rejects.toThrow(UnavailableError);
  });

  it('a changed one that comes twice at once is found for both', async () => {
    versions('one');
    const verify = verifier();
    await verify('s', 'one');
    versions('two', 'one');
    expect(await Promise.all([verify('s', 'two'), verify('s', 'two')])).toEqual([true, true]);
  });

  it('a fault of Secrets Manager, or no value, is no wrong secret', async () => {
    secrets.on(GetSecretValueCommand).rejects(new Error('throttled'));
    await expect(verifier()('s', 'one')).rejects.toThrow(UnavailableError);
    secrets.on(GetSecretValueCommand).rejects(empty);
    await expect(verifier()('s', 'one')).rejects.toThrow(UnavailableError);
  });
});
