import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AwsError, validationError } from '../aws-error.ts';

/** Of data keys, and of the keys that they are encrypted under. */
export const DATA_KEY_BYTES = 32;

/** Names and values that a ciphertext is bound to; whoever decrypts has to know them. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** A plaintext directly under a KMS key, which takes no more. */
const MAX_PLAINTEXT_BYTES = 4096;
const UUID_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** @throws AwsError ValidationException when a value is no text */
export const readContext = (input: unknown): EncryptionContext => {
  const entries = Object.entries((input ?? {}) as Record<string, unknown>);
  if (entries.some(([, value]) => typeof value !== 'string')) {
    throw validationError('EncryptionContext must hold texts only');
  }
  return Object.fromEntries(entries) as EncryptionContext;
};

/** The same bytes whatever the order in which the context was written. */
const additionalData = (context: EncryptionContext): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));

/** A ciphertext blob: which key, then AES-256-GCM. */
export const encrypt = (keyId: string, key: Buffer, plaintext: Buffer, context: EncryptionContext): Buffer => {
  if (plaintext.length < 1 || plaintext.length > MAX_PLAINTEXT_BYTES) {
    throw validationError(`Plaintext must have 1 to ${MAX_PLAINTEXT_BYTES} bytes, got ${plaintext.length}`);
  }
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(additionalData(context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.from(keyId.replaceAll('-', ''), 'hex'), iv, cipher.getAuthTag(), body]);
};

/** The key that made a ciphertext blob. */
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

/** KMS says no more than its name. */
export const invalidCiphertext = () => new AwsError('InvalidCiphertextException', '');
