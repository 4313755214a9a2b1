import { hkdfSync } from 'node:crypto';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { newId, sha256 } from '../../core/digest.ts';
import type { AuthorizationRequest } from '../../core/transaction.ts';
import type { RequestSealer, SealingKey, SealingKeys } from '../../ports.ts';

const TYPE = 'gatehouse-request+jwt';

/** The consent form's sealed request: a JWE (RFC 7516) with direct encryption by AES-256-GCM. */
export class JoseRequestSealer implements RequestSealer {
  private readonly keys: SealingKeys;
  private readonly lifetimeSeconds: number;

  constructor(keys: SealingKeys, lifetimeSeconds: number) {
    this.keys = keys;
    this.lifetimeSeconds = lifetimeSeconds;
  }

  async seal(request: AuthorizationRequest, pageCookie: string, now: number): Promise<string> {
    const key = await this.keys.current();
    return await new EncryptJWT({ page: sha256(pageCookie), request })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: TYPE, kid: key.id })
      .setJti(newId())
      .setIssuedAt(now)
      .setExpirationTime(now + this.lifetimeSeconds)
      .encrypt(encryptionKey(key));
  }

  async open(sealed: string, pageCookie: string, now: number) {
    try {
      const { payload, protectedHeader } = await jwtDecrypt<{ page: string; request: AuthorizationRequest }>(
        sealed,
        async ({ kid }) => {
          const key = kid === undefined ? undefined : await this.keys.find(kid);
          if (!key) throw new errors.JWEInvalid('sealed with a key that is not accepted');
          return encryptionKey(key);
        },
        {
          typ: TYPE,
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          requiredClaims: ['jti', 'exp'],
          currentDate: new Date(now * 1000),
        },
      );
      const { jti, exp, page, request } = payload;
      const { kid } = protectedHeader;
      if (jti === undefined || exp === undefined || kid === undefined || page !== sha256(pageCookie)) return undefined;
      return { transactionId: jti, sealingKeyId: kid, request, expiresAt: exp };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}

/** A key of its own for encryption: the sealing key itself authenticates derived values. */
const encryptionKey = (key: SealingKey): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key.bytes, new Uint8Array(), 'gatehouse request sealing', 32));
