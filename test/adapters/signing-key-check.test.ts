import { DescribeKeyCommand, type KeyState, KMSClient } from '@aws-sdk/client-kms';
import { signingKeyCheck } from '../../lambdas/runtime/adapters/kms/signing-key-check.ts';
import { mockedClient } from './mocked-client.ts';

const ARN = 'arn:aws:kms:eu-central-1:000000000000:key/1';
const kms = mockedClient(KMSClient);

let time = 1_000_000;
const check = () => signingKeyCheck(new KMSClient({}), () => time);
const withState = (KeyState: KeyState) =>
  kms.on(DescribeKeyCommand).resolves({ KeyMetadata: { KeyId: '1', KeyState } });
const failing = (name: string) => kms.on(DescribeKeyCommand).rejects(Object.assign(new Error(name), { name }));

describe('A22: the check of the signing key', () => {
  it.each<[KeyState, string]>([
    ['Enabled', 'enabled'],
    ['Disabled', 'disabled'],
    ['Unavailable', 'disabled'],
    ['PendingDeletion', 'deleted'],
  ])('KMS says %s: %s', async (state, expected) => {
    withState(state);
    expect(await check()(ARN)).toBe(expected);
    expect(kms.commandCalls(DescribeKeyCommand)[0]?.args[0].input).toEqual({ KeyId: ARN });
  });

  it.each([
    ['NotFoundException', 'deleted'],
    ['AccessDeniedException', 'unknown'],
    ['TimeoutError', 'unknown'],
  ])('KMS answers %s: %s', async (name, expected) => {
    failing(name);
    expect(await check()(ARN)).toBe(expected);
  });

  it('asks KMS once a minute for a key that can sign, every ten seconds for another, and at once for a new key', async () => {
    const ask = check();
    const calls = () => kms.commandCalls(DescribeKeyCommand).length;
    withState('Enabled');
    await ask(ARN);
    time += 59;
    await ask(ARN);
    expect(calls()).toBe(1);
    time += 1;
    withState('Disabled');
    expect(await ask(ARN)).toBe('disabled');
    expect(calls()).toBe(2);
    time += 10;
    withState('Enabled');
    expect(await ask(ARN)).toBe('enabled');
    expect(await ask(`${ARN}0`)).toBe('enabled');
    expect(calls()).toBe(4);
  });
});
