import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AwsError, validationError } from '../aws-error.ts';

/** Length of data keys, and of the keys that encrypt them. */
export const DATA_KEY_BYTES = 32;

/** Names and values to which a ciphertext is bound. Decryption needs the same ones. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** The largest plaintext that a KMS key encrypts directly. */
const MAX_PLAINTEXT_BYTES = 4096;
const UUID_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** @throws AwsError ValidationException when a value is not a string */
export const readContext = (input: unknown): EncryptionContext => {
  const entries = Object.entries((input ?? {}) as Record<string, unknown>);
  if (entries.some(([, value]) => typeof value !== 'string')) {
    throw validationError('the values of EncryptionContext must be strings');
  }
  return Object.fromEntries(entries) as EncryptionContext;
};

/** The bytes do not depend on the order of the context's members. */
const additionalData = (context: EncryptionContext): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));

/** Builds a ciphertext blob: the key's id, then AES-256-GCM. */
export const encrypt = (keyId: string, key: Buffer, plaintext: Buffer, context: EncryptionContext): Buffer => {
  if (plaintext.length < 1 || plaintext.length > MAX_PLAINTEXT_BYTES) {
    throw validationError(`Plaintext must have 1 to ${MAX_PLAINTEXT_BYTES} bytes, got ${plaintext.length}`);
  }
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(additionalData(context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.from(keyId.replaceAll('-', ''), 'hex'), iv, cipher.getAuthTag(), body]);
};

/** Id of the key that made a ciphertext blob. */
export const keyIdOf = (blob: Buffer): string =>
  blob
    .subarray(0, UUID_BYTES)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** @throws AwsError InvalidCiphertextException for an altered blob, or another context */
export const decrypt = (key: Buffer, blob: Buffer, context: EncryptionContext): Buffer => {
  const iv = blob.subarray(UUID_BYTES, UUID_BYTES + IV_BYTES);
  const tag = blob.subarray(UUID_BYTES + IV_BYTES, UUID_BYTES + IV_BYTES + TAG_BYTES);
  const body = blob.subarray(UUID_BYTES + IV_BYTES + TAG_BYTES);
  if (tag.length < TAG_BYTES || body.length === 0) throw invalidCiphertext();
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
    .setAAD(additionalData(context))
    .setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
};

/** KMS sends this error without a message. */
export const invalidCiphertext = () => new AwsError('InvalidCiphertextException', '');
