import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import {
  SecretsManagerSealingKeys,
  sealingKey,
} from '../../../lambdas/runtime/adapters/secrets-manager/sealing-keys.ts';
import { fakeSecretsManager } from './fake-secrets-manager.ts';

const { secrets, client, time, clock, calls, versions } = fakeSecretsManager();

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
    time.now += 299;
    expect(await keys.find(sealingKey('one').id)).toEqual(sealingKey('one'));
    expect(calls()).toBe(3);
  });

  it('before the first change there is no former key, and ids of another form cause no calls', async () => {
    versions('one');
    const keys = new SecretsManagerSealingKeys(client, 's', clock);
    for (let id = 0; id < 20; id += 1) expect(await keys.find(`unknown${id}`)).toBeUndefined();
    expect(calls()).toBe(3);
  });

  it('in an outage an unknown id is a fault of ours, and ids of another form cause no calls', async () => {
    versions('one');
    const keys = new SecretsManagerSealingKeys(client, 's', clock);
    await keys.current();
    secrets.on(GetSecretValueCommand).rejects(new Error('throttled'));
    const before = calls();
    for (let id = 0; id < 20; id += 1) await expect(keys.find(`unknown${id}`)).rejects.toThrow(UnavailableError);
    expect(calls()).toBe(before + 2);
    expect(await keys.find(sealingKey('one').id)).toEqual(sealingKey('one'));
    versions('two', 'one');
    time.now += 30;
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
    time.now += 30;
    expect(await keys.find('unknown3')).toBeUndefined();
    expect(calls()).toBe(before + 2);
  });
});
