import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { SecretsManagerClientSecrets } from '../../../lambdas/runtime/adapters/secrets-manager/client-secrets.ts';
import { fakeSecretsManager, NO_VALUE } from './fake-secrets-manager.ts';

const { secrets, client, time, clock, calls, versions } = fakeSecretsManager();

describe('Secrets of configured clients', () => {
  const verifier = () => new SecretsManagerClientSecrets(client, clock).verify;

  it('are the current and the former value, and nothing else', async () => {
    versions('new', 'old');
    const verify = verifier();
    const answers = await Promise.all(['new', 'old', 'older', '', 'new '].map((presented) => verify('s', presented)));
    expect(answers).toEqual([true, true, false, false, false]);
  });

  it('a secret that was never changed has no former value, and an empty value is none', async () => {
    versions('new');
    const verify = verifier();
    expect([await verify('s', 'new'), await verify('s', ''), await verify('s', 'undefined')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('a change is noticed within ten seconds, and guesses cause no further reads', async () => {
    versions('one');
    const verify = verifier();
    expect(await verify('s', 'one')).toBe(true);
    versions('two', 'one');
    time.now += 10;
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
    time.now += 299;
    expect(await verify('s', presented)).toBe(true);
    expect(calls()).toBe(reads);
  });

  it('a secret that was never changed is read once, however often it is presented', async () => {
    versions('one');
    const verify = verifier();
    for (let request = 0; request < 20; request += 1) expect(await verify('s', 'one')).toBe(true);
    expect(calls()).toBe(1);
  });

  it('in an outage a secret that matches the copy is accepted, and any other is a fault of ours', async () => {
    versions('new', 'old');
    const verify = verifier();
    await verify('s', 'old');
    secrets.on(GetSecretValueCommand).rejects(new Error('throttled'));
    time.now += 3600;
    expect([await verify('s', 'new'), await verify('s', 'old')]).toEqual([true, true]);
    await expect(verify('s', 'newer')).rejects.toThrow(UnavailableError);
    await expect(verify('s', 'newer')).rejects.toThrow(UnavailableError);
  });

  it('a changed secret that is presented twice at once is accepted both times', async () => {
    versions('one');
    const verify = verifier();
    await verify('s', 'one');
    versions('two', 'one');
    expect(await Promise.all([verify('s', 'two'), verify('s', 'two')])).toEqual([true, true]);
  });

  it('a fault of Secrets Manager, or a missing value, does not count as a wrong secret', async () => {
    secrets.on(GetSecretValueCommand).rejects(new Error('throttled'));
    await expect(verifier()('s', 'one')).rejects.toThrow(UnavailableError);
    secrets.on(GetSecretValueCommand).rejects(NO_VALUE);
    await expect(verifier()('s', 'one')).rejects.toThrow(UnavailableError);
  });
});
