import { hkdfSync } from 'node:crypto';
import { EncryptJWT, errors, type JWTPayload, jwtDecrypt } from 'jose';
import { newId } from '../../../core/crypto.ts';
import type { SealingKey, SealingKeys } from '../../ports/index.ts';

export interface SealOptions {
  /** The `typ` header, so that one kind of sealed content is never accepted as another (RFC 8725 §3.11). */
  readonly type: string;
  /** Derives an encryption key for this kind of content only. */
  readonly purpose: string;
  readonly lifetimeSeconds: number;
}

/** Content whose seal was valid, with the random id of its seal. */
export interface Opened<Content> {
  readonly content: Content;
  readonly sealId: string;
  readonly sealingKeyId: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** Seals JSON that leaves this server and comes back: a JWE (RFC 7516), directly encrypted by AES-256-GCM. */
export class JoseSealer<Content extends object> {
  readonly #keys: SealingKeys;
  readonly #options: SealOptions;

  constructor(keys: SealingKeys, options: SealOptions) {
    this.#keys = keys;
    this.#options = options;
  }

  async seal(content: Content, now: number): Promise<string> {
    const key = await this.#keys.current();
    return await new EncryptJWT({ ...content } as JWTPayload)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: this.#options.type, kid: key.id })
      .setJti(newId())
      .setIssuedAt(now)
      .setExpirationTime(now + this.#options.lifetimeSeconds)
      .encrypt(this.#encryptionKey(key));
  }

  /** Returns undefined when the content was altered, has expired, is of another kind, or its key is no longer accepted. */
  async open(sealed: string, now: number): Promise<Opened<Content> | undefined> {
    try {
      const { payload, protectedHeader } = await jwtDecrypt<Content>(
        sealed,
        async ({ kid }) => {
          const key = kid === undefined ? undefined : await this.#keys.find(kid);
          if (!key) throw new errors.JWEInvalid('sealed with a key that is not accepted');
          return this.#encryptionKey(key);
        },
        {
          typ: this.#options.type,
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          requiredClaims: ['jti', 'exp'],
          currentDate: new Date(now * 1000),
        },
      );
      const { jti, exp } = payload;
      const { kid } = protectedHeader;
      if (jti === undefined || exp === undefined || kid === undefined) return undefined;
      return { content: payload, sealId: jti, sealingKeyId: kid, expiresAt: exp };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** The sealing key also authenticates derived values, so that encryption needs a key of its own. */
  #encryptionKey(key: SealingKey): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', key.bytes, new Uint8Array(), this.#options.purpose, 32));
  }
}
