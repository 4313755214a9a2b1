import { createHash } from 'node:crypto';
import { type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { activeKey } from '../../../core/tokens/key-ring.ts';
import { ACCESS_TOKEN_TYPE } from '../../../core/tokens/signature.ts';
import type { AccessTokenSigner, KeyRingStore } from '../../ports/index.ts';

/** API Gateway accepts 10,240 bytes of headers in total. */
const MAX_TOKEN_CHARACTERS = 6144;

/** Signs with the active key of the ring, which is named by its ARN and never by an alias. One KMS call per token. */
export class KmsAccessTokenSigner implements AccessTokenSigner {
  readonly #kms: KMSClient;
  readonly #keyRings: KeyRingStore;

  constructor(kms: KMSClient, keyRings: KeyRingStore) {
    this.#kms = kms;
    this.#keyRings = keyRings;
  }

  async sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
    const ring = await this.#keyRings.readKeyRing();
    const key = ring && activeKey(ring);
    if (key === undefined) throw new UnavailableError('key ring', new Error('there is no active signing key'));
    const header = { alg: 'RS256', typ: ACCESS_TOKEN_TYPE, kid: key.kid };
    const signingInput = `${base64urlJson(header)}.${base64urlJson(claims)}`;
    const token = `${signingInput}.${await this.#signature(key.keyArn, signingInput)}`;
    if (token.length > MAX_TOKEN_CHARACTERS) {
      throw new Error(
        `access token has ${token.length} characters, more than ${MAX_TOKEN_CHARACTERS}: grant fewer scopes`,
      );
    }
    return token;
  }

  /** Signs the digest by RSASSA-PKCS1-v1_5 (RFC 7518 §3.3). KMS accepts raw messages of at most 4,096 bytes. */
  async #signature(keyArn: string, signingInput: string): Promise<string> {
    const command = new SignCommand({
      KeyId: keyArn,
      Message: createHash('sha256').update(signingInput).digest(),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
    });
    try {
      const { Signature } = await this.#kms.send(command);
      if (Signature === undefined) throw new Error('Sign answered without a signature');
      return Buffer.from(Signature).toString('base64url');
    } catch (error) {
      throw new UnavailableError('KMS', error);
    }
  }
}

const base64urlJson = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
