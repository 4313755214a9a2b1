import { constants, createPrivateKey, privateEncrypt, sign } from 'node:crypto';
import { LOCAL_ACCOUNT_ID } from '../../resolved-template.ts';
import { AwsError, validationError } from '../aws-error.ts';
import { evaluateWithKeyPolicy, parsePolicy, type Statement } from '../iam.ts';
import { ACCOUNT_ROOT_ARN, type Caller, type Principals } from '../principals.ts';

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

/** One key, as it is stored. */
export interface StoredKey {
  readonly keyId: string;
  readonly arn: string;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly description: string;
  /** Set for RSA keys. */
  readonly privateKeyPem?: string;
  /** Set for symmetric keys: 32 bytes in base64. */
  readonly symmetricKey?: string;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  /** Epoch seconds at which the key is deleted. */
  deletionAt?: number;
  tags: Tag[];
  /** JSON, as the caller sent it. */
  policy: string;
}

/** Keys by id. */
export type KmsState = Record<string, StoredKey>;

export const KEY_SPEC = 'RSA_2048';
const SYMMETRIC = 'SYMMETRIC_DEFAULT';

export const keySpecOf = ({ symmetricKey }: StoredKey) => (symmetricKey === undefined ? KEY_SPEC : SYMMETRIC);
export const keyUsageOf = ({ symmetricKey }: StoredKey) =>
  symmetricKey === undefined ? 'SIGN_VERIFY' : 'ENCRYPT_DECRYPT';

/** @throws AwsError when the key cannot sign */
export const privateKeyOf = (key: StoredKey): string => key.privateKeyPem ?? wrongUsage(key, 'SIGN_VERIFY');

/** @throws AwsError when the key cannot encrypt */
export const symmetricKeyOf = (key: StoredKey): Buffer =>
  Buffer.from(key.symmetricKey ?? wrongUsage(key, 'ENCRYPT_DECRYPT'), 'base64');

const wrongUsage = (key: StoredKey, wanted: string): never => {
  throw new AwsError('InvalidKeyUsageException', `${key.arn} key usage is ${keyUsageOf(key)}, not ${wanted}.`);
};
export const SIGNING_ALGORITHM = 'RSASSA_PKCS1_V1_5_SHA_256';
const MAX_MESSAGE_BYTES = 4096;
const SHA_256_BYTES = 32;
/** DER prefix of a DigestInfo for SHA-256; the digest follows (RFC 8017 §9.2, note 1). */
const SHA_256_DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

export const DEFAULT_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT_ROOT_ARN }, Action: 'kms:*', Resource: '*' }],
});

/** The algorithms that KMS lists for an RSA key. Not all of them are supported here. */
export const SIGNING_ALGORITHMS = ['PKCS1_V1_5', 'PSS'].flatMap((scheme) =>
  ['SHA_256', 'SHA_384', 'SHA_512'].map((hash) => `RSASSA_${scheme}_${hash}`),
);

/**
 * Signs with RSASSA-PKCS1-v1_5 over SHA-256 of a RAW message, or over a DIGEST.
 *
 * @throws AwsError ValidationException
 */
export const signMessage = (key: StoredKey, messageType: string, message: Buffer): Buffer => {
  const privateKey = createPrivateKey(privateKeyOf(key));
  if (messageType === 'RAW') {
    if (message.length < 1 || message.length > MAX_MESSAGE_BYTES) {
      throw validationError(
        `Message must have 1 to ${MAX_MESSAGE_BYTES} bytes, got ${message.length}; sign a DIGEST instead`,
      );
    }
    return sign('sha256', message, privateKey);
  }
  if (messageType !== 'DIGEST') throw validationError(`MessageType must be RAW or DIGEST, got ${messageType}`);
  if (message.length !== SHA_256_BYTES) {
    throw validationError(`Digest is invalid length for algorithm ${SIGNING_ALGORITHM}.`);
  }
  const digestInfo = Buffer.concat([SHA_256_DIGEST_INFO, message]);
  return privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, digestInfo);
};

/**
 * Checks a new key policy as KMS does: the policy is valid, its principals exist, and the caller or the account can still
 * change it ("policy lockout safety check").
 */
export const assertUsablePolicy = (
  policy: string,
  caller: Caller,
  principals: Principals,
  arn: string,
  bypass: boolean,
): void => {
  const malformed = (message: string) => new AwsError('MalformedPolicyDocumentException', message);
  let statements: Statement[];
  try {
    statements = parsePolicy(JSON.parse(policy), 'the key policy');
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : 'not JSON');
  }
  const named = statements.flatMap((statement) => statement.principals ?? []);
  const invalid = named.find((name) => name !== '*' && name !== ACCOUNT_ROOT_ARN && !principals.roleArns.has(name));
  if (invalid) {
    throw malformed(`Policy contains a statement with one or more invalid principals (${invalid} does not exist).`);
  }
  if (bypass) return;
  const everyone = parsePolicy({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }, 'lockout check');
  const principal = { arn: caller.arn, rootArn: ACCOUNT_ROOT_ARN };
  if (
    evaluateWithKeyPolicy(everyone, statements, principal, { action: 'kms:PutKeyPolicy', resource: arn }) !== 'allowed'
  ) {
    throw malformed('The new key policy will not allow you to update the key policy in the future.');
  }
};

export const assertEnabled = (key: StoredKey): void => {
  assertNotPendingDeletion(key);
  if (key.state === 'Disabled') throw new AwsError('DisabledException', `${key.arn} is disabled.`);
};

export const assertNotPendingDeletion = (key: StoredKey): void => {
  if (key.state === 'PendingDeletion') throw invalidState(key, 'is pending deletion.');
};

export const invalidState = (key: StoredKey, what: string) =>
  new AwsError('KMSInvalidStateException', `${key.arn} ${what}`);

/** The description of a key, as KMS returns it. */
export const metadata = (key: StoredKey) => ({
  AWSAccountId: LOCAL_ACCOUNT_ID,
  KeyId: key.keyId,
  Arn: key.arn,
  CreationDate: key.createdAt,
  Enabled: key.state === 'Enabled',
  Description: key.description,
  KeyUsage: keyUsageOf(key),
  KeyState: key.state,
  ...(key.deletionAt === undefined ? {} : { DeletionDate: key.deletionAt }),
  Origin: 'AWS_KMS',
  KeyManager: 'CUSTOMER',
  KeySpec: keySpecOf(key),
  CustomerMasterKeySpec: keySpecOf(key),
  ...(key.symmetricKey === undefined
    ? { SigningAlgorithms: SIGNING_ALGORITHMS }
    : { EncryptionAlgorithms: [SYMMETRIC] }),
  MultiRegion: false,
});
