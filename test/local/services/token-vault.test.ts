import {
  DecryptCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  SignCommand,
} from '@aws-sdk/client-kms';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { KmsTokenVault } from '../../../lambdas/runtime/adapters/kms/token-vault.ts';
import { type Services, startServices } from '../../../tools/local/cloud/services/index.ts';
import { ACCOUNT, clientOf, lambda, SHOW_ENVIRONMENT, templateOf, temporaryFolder } from '../services-fixture.ts';

// The vault's adapter with the real SDK against the local KMS, which holds it to roles, key policy and context.

const KEY_ID = '0f0e0d0c-0b0a-4908-8706-050403020100';
const KEY_ARN = `arn:aws:kms:us-east-1:${ACCOUNT}:key/${KEY_ID}`;
const OTHER_ID = '1f0e0d0c-0b0a-4908-8706-050403020100';
const OTHER_ARN = KEY_ARN.replace(KEY_ID, OTHER_ID);
const ROOT = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
const ADMINISTRATION = ['kms:PutKeyPolicy', 'kms:DisableKey', 'kms:EnableKey'];
const FOR_ONE_GRANT = {
  'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': 'grantId' },
  'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': 'grantId' },
};
const TOKENS = { accessToken: 'upstream-access', refreshToken: 'upstream-refresh' };

const keyOf = (keyId: string, arn: string) => ({
  logicalId: `Key${keyId[0]}`,
  type: 'AWS::KMS::Key',
  physicalId: keyId,
  arn,
  properties: {
    EnableKeyRotation: true,
    KeyPolicy: {
      Statement: [
        { Effect: 'Allow', Principal: ROOT, Action: ADMINISTRATION, Resource: '*' },
        {
          Effect: 'Allow',
          Principal: ROOT,
          Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
          Resource: '*',
          Condition: FOR_ONE_GRANT,
        },
      ],
    },
  },
  metadata: {},
});

const role = (folder: string, name: string, action: string) =>
  lambda(folder, name, SHOW_ENVIRONMENT, {
    statements: [{ Effect: 'Allow', Action: action, Resource: KEY_ARN, Condition: FOR_ONE_GRANT }],
  });

const template = () => {
  const folder = temporaryFolder();
  return templateOf(
    folder,
    role(folder, 'Callback', 'kms:GenerateDataKey'),
    role(folder, 'Token', 'kms:Decrypt'),
    keyOf(KEY_ID, KEY_ARN),
    keyOf(OTHER_ID, OTHER_ARN),
  );
};

let services: Services;
let callbackKms: KMSClient;
let tokenKms: KMSClient;
let operator: KMSClient;
beforeAll(async () => {
  services = await startServices(template());
  const { kms } = services.endpoints;
  callbackKms = new KMSClient(await clientOf(services, 'Callback', kms));
  tokenKms = new KMSClient(await clientOf(services, 'Token', kms));
  operator = new KMSClient({ endpoint: kms, region: 'us-east-1', credentials: services.operator, maxAttempts: 1 });
});
afterAll(() => services?.close());

const sealed = () => new KmsTokenVault(callbackKms, KEY_ARN).seal('grant-1', TOKENS);
const opening = () => new KmsTokenVault(tokenKms, KEY_ARN);
const causeOf = async (result: Promise<unknown>): Promise<string> => {
  const error = await result.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UnavailableError);
  return (error as UnavailableError).cause instanceof Error ? ((error as UnavailableError).cause as Error).name : '';
};
const isOver = async (result: Promise<unknown>, cause: string): Promise<void> =>
  void (await expect(result).rejects.toMatchObject({ name: 'UnopenableError', cause: { name: cause } }));
const dataKey = (EncryptionContext?: Record<string, string>) =>
  new GenerateDataKeyCommand({
    KeyId: KEY_ARN,
    KeySpec: 'AES_256',
    ...(EncryptionContext ? { EncryptionContext } : {}),
  });

describe('Envelope encryption of providers’ tokens (#169)', () => {
  it('one function seals, the other opens, and seals again without a call to KMS', async () => {
    const first = await sealed();
    expect(JSON.stringify(first)).not.toMatch(/upstream/);
    const opened = await opening().open('grant-1', first);
    expect(opened.tokens).toEqual(TOKENS);
    const second = opened.seal({ refreshToken: 'next' });
    expect([second.encryptedDataKey, second.ciphertext !== first.ciphertext]).toEqual([first.encryptedDataKey, true]);
    expect((await opening().open('grant-1', second)).tokens).toEqual({ refreshToken: 'next' });
  });

  it('the same tokens never have the same ciphertext', async () => {
    const [a, b] = [await sealed(), await sealed()];
    expect(a.ciphertext).not.toBe(b.ciphertext);
    expect(a.encryptedDataKey).not.toBe(b.encryptedDataKey);
  });

  it('opens for no other grant: KMS refuses the context', async () => {
    await isOver(opening().open('grant-2', await sealed()), 'InvalidCiphertextException');
  });

  it('opens no altered ciphertext', async () => {
    const { ciphertext, encryptedDataKey } = await sealed();
    const flipped = `${ciphertext.slice(0, -2)}${ciphertext.endsWith('AA') ? 'BB' : 'AA'}`;
    await isOver(opening().open('grant-1', { encryptedDataKey, ciphertext: flipped }), 'Error');
    await isOver(opening().open('grant-1', { encryptedDataKey: 'AAAA', ciphertext }), 'InvalidCiphertextException');
    const other = await sealed();
    await isOver(opening().open('grant-1', { encryptedDataKey: other.encryptedDataKey, ciphertext }), 'Error');
  });

  it('#169 a key that replaced the sealing key opens nothing, however often it is tried', async () => {
    const mine = await sealed();
    await isOver(new KmsTokenVault(tokenKms, OTHER_ARN).open('grant-1', mine), 'IncorrectKeyException');
  });

  it('the function that seals cannot open, and the function that opens cannot seal', async () => {
    const mine = await sealed();
    expect(await causeOf(new KmsTokenVault(callbackKms, KEY_ARN).open('grant-1', mine))).toBe('AccessDeniedException');
    expect(await causeOf(opening().seal('grant-1', TOKENS))).toBe('AccessDeniedException');
  });

  it('KMS refuses calls without the grant’s id in the context, and calls with more than that', async () => {
    for (const context of [undefined, { other: 'x' }, { grantId: 'g', other: 'x' }]) {
      await expect(callbackKms.send(dataKey(context))).rejects.toThrow('not authorized');
      // Not even the account itself: its rights come from the key's policy.
      await expect(operator.send(dataKey(context))).rejects.toThrow('not authorized');
    }
  });

  it('a disabled key is an UnavailableError, and works again when it is enabled', async () => {
    const mine = await sealed();
    await operator.send(new DisableKeyCommand({ KeyId: KEY_ARN }));
    expect(await causeOf(opening().open('grant-1', mine))).toBe('DisabledException');
    await operator.send(new EnableKeyCommand({ KeyId: KEY_ARN }));
    expect((await opening().open('grant-1', mine)).tokens).toEqual(TOKENS);
  });
});

describe('local KMS, symmetric keys', () => {
  it('a ciphertext names its key: KMS refuses another key by name', async () => {
    const { CiphertextBlob } = await callbackKms.send(dataKey({ grantId: 'g' }));
    const decrypt = { CiphertextBlob, EncryptionContext: { grantId: 'g' } };
    expect((await tokenKms.send(new DecryptCommand(decrypt))).Plaintext).toHaveLength(32);
    await expect(tokenKms.send(new DecryptCommand({ ...decrypt, KeyId: OTHER_ARN }))).rejects.toMatchObject({
      name: 'IncorrectKeyException',
    });
  });

  it('do not sign, and support only what is needed', async () => {
    const signing = { KeyId: KEY_ARN, Message: Buffer.alloc(32), MessageType: 'DIGEST' } as const;
    await expect(
      operator.send(new SignCommand({ ...signing, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' })),
    ).rejects.toThrow();
    await expect(operator.send(new EncryptCommand({ KeyId: KEY_ARN, Plaintext: Buffer.alloc(1) }))).rejects.toThrow(
      'does not know Encrypt',
    );
  });

  it('survive a restart', async () => {
    const dataDir = temporaryFolder();
    const first = await startServices(template(), { dataDir });
    const vault = new KmsTokenVault(new KMSClient(await clientOf(first, 'Callback', first.endpoints.kms)), KEY_ARN);
    const kept = await vault.seal('grant-1', TOKENS);
    await first.close();
    const second = await startServices(template(), { dataDir });
    const after = new KmsTokenVault(new KMSClient(await clientOf(second, 'Token', second.endpoints.kms)), KEY_ARN);
    expect((await after.open('grant-1', kept)).tokens).toEqual(TOKENS);
    await second.close();
  });
});
