import { DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { CachedSecret, generatedSecret } from '../../../lambdas/runtime/adapters/secrets-manager/cached-secret.ts';
import { fetchSecret } from '../../../lambdas/runtime/adapters/secrets-manager/fetch-secret.ts';
import { secretCheck } from '../../../lambdas/runtime/adapters/secrets-manager/secret-check.ts';
import { fakeSecretsManager, NO_VALUE } from './fake-secrets-manager.ts';

const { secrets, client, time, clock, calls, versions } = fakeSecretsManager();

describe('A cached secret', () => {
  it('is read once in five minutes', async () => {
    versions('one');
    const secret = new CachedSecret(() => fetchSecret(client, 's'), clock);
    expect([await secret.read(), await secret.read()]).toEqual(['one', 'one']);
    time.now += 299;
    await secret.read();
    expect(calls()).toBe(1);
    versions('two');
    time.now += 1;
    expect(await secret.read()).toBe('two');
  });

  it('serves its last copy while Secrets Manager is down, and fails without one', async () => {
    versions('one');
    const secret = new CachedSecret(() => fetchSecret(client, 's'), clock);
    await secret.read();
    secrets.on(GetSecretValueCommand).rejects(new Error('throttled'));
    time.now += 3600;
    expect(await secret.read()).toBe('one');
    await expect(secret.readAgain()).rejects.toThrow(UnavailableError);
    await expect(new CachedSecret(() => fetchSecret(client, 's'), clock).read()).rejects.toThrow(UnavailableError);
  });

  it('has no value before the operator stores one, and is read again each time', async () => {
    secrets.on(GetSecretValueCommand).rejects(NO_VALUE);
    const secret = new CachedSecret(() => fetchSecret(client, 's'), clock);
    expect(await secret.read()).toBeUndefined();
    versions('one');
    expect(await secret.read()).toBe('one');
  });

  it('that the stack generates must have a value', async () => {
    secrets.on(GetSecretValueCommand).rejects(NO_VALUE);
    await expect(generatedSecret(() => fetchSecret(client, 's'), clock)()).rejects.toThrow(UnavailableError);
  });
});

describe('Whether a secret has a value', () => {
  const described = (stages?: string[]) =>
    secrets.on(DescribeSecretCommand).resolves(stages ? { VersionIdsToStages: { v: stages } } : {});
  const looks = () => secrets.commandCalls(DescribeSecretCommand).length;

  it('is found without reading the value, and checked again when it may have changed', async () => {
    described();
    const check = secretCheck(client, 's', clock);
    expect([await check(), await check(), looks()]).toEqual(['empty', 'empty', 1]);
    described(['AWSCURRENT']);
    time.now += 10;
    expect(await check()).toBe('filled');
    time.now += 299;
    expect([await check(), looks()]).toEqual(['filled', 2]);
    expect(calls()).toBe(0);
  });

  it('is unknown for ten seconds while Secrets Manager does not answer', async () => {
    secrets.on(DescribeSecretCommand).rejects(new Error('throttled'));
    const check = secretCheck(client, 's', clock);
    expect([await check(), await check(), looks()]).toEqual(['unknown', 'unknown', 1]);
    described(['AWSCURRENT', 'v2']);
    time.now += 10;
    expect(await check()).toBe('filled');
  });

  it('a version without the label AWSCURRENT is no value', async () => {
    described(['AWSPREVIOUS']);
    expect(await secretCheck(client, 's', clock)()).toBe('empty');
  });
});
