import { createPublicKey, generateKeyPair, randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../../resolved-template.ts';
import { AwsError, validationError } from '../aws-error.ts';
import type { Call, JsonService } from '../aws-json-server.ts';
import { parsePolicy } from '../iam.ts';
import { authorize, authorizeForKey, type Principals } from '../principals.ts';
import type { StateFile } from '../state-file.ts';
import { contextKeys, keyContext, requestTags } from './condition-keys.ts';
import {
  assertEnabled,
  assertNotPendingDeletion,
  assertUsablePolicy,
  DEFAULT_POLICY,
  invalidState,
  KEY_SPEC,
  type KmsState,
  keySpecOf,
  keyUsageOf,
  metadata,
  privateKeyOf,
  SIGNING_ALGORITHM,
  SIGNING_ALGORITHMS,
  type StoredKey,
  signMessage,
  symmetricKeyOf,
  type Tag,
} from './key.ts';
import { DATA_KEY_BYTES, decrypt, encrypt, invalidCiphertext, keyIdOf, readContext } from './symmetric.ts';

const SECONDS_PER_DAY = 86_400;

/**
 * KMS for signing keys (RSA_2048, SIGN_VERIFY, RSASSA_PKCS1_V1_5_SHA_256), which CreateKey makes, and for the template's
 * symmetric keys, which encrypt data keys. Other kinds of keys are refused by name.
 */
export const kmsService = (
  state: StateFile<KmsState>,
  principals: Principals,
  now: () => number = () => Date.now() / 1000,
): JsonService => {
  const keys = state.value;

  const createKey = async ({ caller, input }: Call) => {
    const { KeySpec = 'SYMMETRIC_DEFAULT', KeyUsage = 'ENCRYPT_DECRYPT', Tags = [], Policy, Description = '' } = input;
    const bypass = input.BypassPolicyLockoutSafetyCheck === true;
    const tags = Tags as Tag[];
    const context = {
      ...keyContext,
      'kms:KeySpec': String(KeySpec),
      'kms:KeyUsage': String(KeyUsage),
      'kms:BypassPolicyLockoutSafetyCheck': String(bypass),
      ...requestTags(tags),
    };
    const keyId = randomUUID();
    const arn = `arn:aws:kms:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:key/${keyId}`;
    authorize(caller, { action: 'kms:CreateKey', resource: '*', context });
    if (tags.length > 0) authorize(caller, { action: 'kms:TagResource', resource: arn, context });
    if (KeySpec !== KEY_SPEC || KeyUsage !== 'SIGN_VERIFY') {
      throw new AwsError(
        'UnsupportedOperationException',
        `the local KMS makes ${KEY_SPEC} keys for SIGN_VERIFY only, not ${String(KeySpec)} for ${String(KeyUsage)}`,
      );
    }
    const policy = Policy === undefined ? DEFAULT_POLICY : String(Policy);
    assertUsablePolicy(policy, caller, principals, arn, bypass);
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    keys[keyId] = {
      keyId,
      arn,
      createdAt: now(),
      description: String(Description),
      privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      state: 'Enabled',
      tags,
      policy,
    };
    await state.save();
    return { KeyMetadata: metadata(keys[keyId]) };
  };

  /** Finds the key that a request names, and authorizes the call. */
  const authorizedKey = (
    call: Call,
    context: Record<string, string | string[]> = {},
    given = String(call.input.KeyId ?? ''),
  ): StoredKey => {
    const keyId = given.startsWith('arn:') ? given.slice(given.lastIndexOf('/') + 1) : given;
    const key = Object.hasOwn(keys, keyId) ? keys[keyId] : undefined;
    if (!key || (key.deletionAt !== undefined && key.deletionAt <= now())) {
      throw new AwsError('NotFoundException', `Key '${given}' does not exist`);
    }
    authorizeForKey(call.caller, parsePolicy(JSON.parse(key.policy), key.arn), {
      action: `kms:${call.action}`,
      resource: key.arn,
      context: {
        ...keyContext,
        'kms:KeySpec': keySpecOf(key),
        'kms:KeyUsage': keyUsageOf(key),
        ...Object.fromEntries(key.tags.map((tag) => [`aws:ResourceTag/${tag.TagKey}`, tag.TagValue])),
        ...context,
      },
    });
    return key;
  };

  const handlers: Record<string, (call: Call) => Promise<object>> = {
    CreateKey: createKey,
    DescribeKey: async (call) => ({ KeyMetadata: metadata(authorizedKey(call)) }),
    GetPublicKey: async (call) => {
      const key = authorizedKey(call);
      assertEnabled(key);
      const publicKey = createPublicKey(privateKeyOf(key)).export({ type: 'spki', format: 'der' });
      return {
        KeyId: key.arn,
        KeySpec: KEY_SPEC,
        CustomerMasterKeySpec: KEY_SPEC,
        KeyUsage: 'SIGN_VERIFY',
        PublicKey: publicKey.toString('base64'),
        SigningAlgorithms: SIGNING_ALGORITHMS,
      };
    },
    Sign: async (call) => {
      const { SigningAlgorithm, MessageType = 'RAW', Message } = call.input;
      const key = authorizedKey(call, {
        'kms:SigningAlgorithm': String(SigningAlgorithm),
        'kms:MessageType': String(MessageType),
      });
      assertEnabled(key);
      if (SigningAlgorithm !== SIGNING_ALGORITHM) {
        throw validationError(
          `the local KMS signs with ${SIGNING_ALGORITHM} only, not with ${String(SigningAlgorithm)}`,
        );
      }
      const signature = signMessage(key, String(MessageType), Buffer.from(String(Message ?? ''), 'base64'));
      return { KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm };
    },
    GenerateDataKey: async (call) => {
      const { KeySpec, NumberOfBytes } = call.input;
      const context = readContext(call.input.EncryptionContext);
      const key = authorizedKey(call, contextKeys(context));
      assertEnabled(key);
      if (KeySpec !== 'AES_256' || NumberOfBytes !== undefined) {
        throw validationError('the local KMS generates data keys of the KeySpec AES_256 only');
      }
      const plaintext = randomBytes(DATA_KEY_BYTES);
      const blob = encrypt(key.keyId, symmetricKeyOf(key), plaintext, context);
      return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), CiphertextBlob: blob.toString('base64') };
    },
    Decrypt: async (call) => {
      const blob = Buffer.from(String(call.input.CiphertextBlob ?? ''), 'base64');
      const context = readContext(call.input.EncryptionContext);
      const madeBy = keyIdOf(blob);
      if (!Object.hasOwn(keys, madeBy)) throw invalidCiphertext();
      const key = authorizedKey(call, contextKeys(context), madeBy);
      const wanted = String(call.input.KeyId ?? madeBy);
      if (wanted !== key.arn && wanted !== key.keyId) {
        throw new AwsError(
          'IncorrectKeyException',
          'The key ID in the request does not identify a CMK that can perform this operation.',
        );
      }
      assertEnabled(key);
      const plaintext = decrypt(symmetricKeyOf(key), blob, context);
      return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
    ScheduleKeyDeletion: async (call) => {
      const { PendingWindowInDays = 30 } = call.input;
      const days = Number(PendingWindowInDays);
      const key = authorizedKey(call, { 'kms:ScheduleKeyDeletionPendingWindowInDays': String(days) });
      if (!(days >= 7 && days <= 30)) throw validationError('PendingWindowInDays must be between 7 and 30');
      assertNotPendingDeletion(key);
      key.state = 'PendingDeletion';
      key.deletionAt = now() + days * SECONDS_PER_DAY;
      await state.save();
      return { KeyId: key.arn, KeyState: key.state, DeletionDate: key.deletionAt, PendingWindowInDays: days };
    },
    CancelKeyDeletion: async (call) => {
      const key = authorizedKey(call);
      if (key.state !== 'PendingDeletion') throw invalidState(key, 'is not pending deletion');
      key.state = 'Disabled';
      delete key.deletionAt;
      await state.save();
      return { KeyId: key.arn };
    },
    DisableKey: async (call) => setState(authorizedKey(call), 'Disabled'),
    EnableKey: async (call) => setState(authorizedKey(call), 'Enabled'),
    TagResource: async (call) => {
      const tags = (call.input.Tags ?? []) as Tag[];
      const key = authorizedKey(call, requestTags(tags));
      assertNotPendingDeletion(key);
      const replaced = new Set(tags.map((tag) => tag.TagKey));
      key.tags = [...key.tags.filter((tag) => !replaced.has(tag.TagKey)), ...tags];
      await state.save();
      return {};
    },
    ListResourceTags: async (call) => ({ Tags: authorizedKey(call).tags, Truncated: false }),
    GetKeyPolicy: async (call) => ({ Policy: authorizedKey(call).policy, PolicyName: 'default' }),
    PutKeyPolicy: async (call) => {
      const key = authorizedKey(call);
      const policy = String(call.input.Policy ?? '');
      assertNotPendingDeletion(key);
      const bypass = call.input.BypassPolicyLockoutSafetyCheck === true;
      assertUsablePolicy(policy, call.caller, principals, key.arn, bypass);
      key.policy = policy;
      await state.save();
      return {};
    },
  };

  const setState = async (key: StoredKey, to: 'Enabled' | 'Disabled') => {
    assertNotPendingDeletion(key);
    key.state = to;
    await state.save();
    return {};
  };

  return {
    name: 'kms',
    title: 'KMS',
    targetPrefix: 'TrentService',
    contentType: 'application/x-amz-json-1.1',
    maxBodyBytes: 256 * 1024,
    actions: Object.keys(handlers),
    handle: async (call) => (await handlers[call.action]?.(call)) ?? {},
  };
};
