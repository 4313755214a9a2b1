import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  DecryptCommand,
  GenerateDataKeyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  type KMSClient,
  NotFoundException,
} from '@aws-sdk/client-kms';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { type SealedTokens, UnopenableError, type UpstreamTokens } from '../../../core/upstream/session.ts';
import type { OpenedTokens, TokenVault } from '../../ports/index.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts the tokens of each grant by AES-256-GCM under a KMS data key. The grant id is the encryption context of the
 * data key and the additional data of the ciphertext, so that tokens sealed for one grant open for no other (#169).
 * Opening costs one KMS call, and sealing again under the same key none.
 */
export class KmsTokenVault implements TokenVault {
  readonly #kms: KMSClient;
  readonly #keyArn: string | undefined;

  /** @param keyArn undefined if no provider's tokens are kept */
  constructor(kms: KMSClient, keyArn: string | undefined) {
    this.#kms = kms;
    this.#keyArn = keyArn;
  }

  async seal(grantId: string, tokens: UpstreamTokens): Promise<SealedTokens> {
    const { Plaintext, CiphertextBlob } = await this.#asking(() =>
      this.#kms.send(
        new GenerateDataKeyCommand({ KeyId: this.#keyArn, KeySpec: 'AES_256', EncryptionContext: { grantId } }),
      ),
    );
    if (Plaintext === undefined || CiphertextBlob === undefined) throw unavailable('GenerateDataKey gave no key');
    const encryptedDataKey = Buffer.from(CiphertextBlob).toString('base64url');
    return { encryptedDataKey, ciphertext: encrypt(Plaintext, grantId, tokens) };
  }

  async open(grantId: string, { encryptedDataKey, ciphertext }: SealedTokens): Promise<OpenedTokens> {
    const { Plaintext: dataKey } = await this.#asking(() =>
      this.#kms.send(
        new DecryptCommand({
          KeyId: this.#keyArn,
          CiphertextBlob: Buffer.from(encryptedDataKey, 'base64url'),
          EncryptionContext: { grantId },
        }),
      ),
    ).catch((error: UnavailableError) => {
      throw isFinal(error.cause) ? new UnopenableError(error.cause) : error;
    });
    if (dataKey === undefined) throw unavailable('Decrypt gave no key');
    return {
      tokens: decrypt(dataKey, grantId, ciphertext),
      seal: (tokens) => ({ encryptedDataKey, ciphertext: encrypt(dataKey, grantId, tokens) }),
    };
  }

  /** Every error of KMS is a fault of ours, and never of the caller's token. */
  async #asking<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await call();
    } catch (error) {
      throw new UnavailableError('KMS', error);
    }
  }
}

const encrypt = (dataKey: Uint8Array, grantId: string, tokens: UpstreamTokens): string => {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(grantId));
  const body = Buffer.concat([cipher.update(JSON.stringify(tokens), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
};

const decrypt = (dataKey: Uint8Array, grantId: string, ciphertext: string): UpstreamTokens => {
  const bytes = Buffer.from(ciphertext, 'base64url');
  const [iv, tag] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)];
  try {
    const decipher = createDecipheriv('aes-256-gcm', dataKey, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(grantId))
      .setAuthTag(tag);
    const body = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The original error could quote the content.
    throw new UnopenableError(new Error('the row was altered'));
  }
};

/** The wrong key, a deleted key, or no data key at all: another attempt cannot succeed. */
const isFinal = (error: unknown): boolean =>
  error instanceof IncorrectKeyException ||
  error instanceof InvalidCiphertextException ||
  error instanceof NotFoundException;

const unavailable = (what: string): UnavailableError => new UnavailableError('KMS', new Error(what));
