import { createPublicKey } from 'node:crypto';
import {
  CreateKeyCommand,
  GetPublicKeyCommand,
  type KMSClient,
  KMSInvalidStateException,
  MalformedPolicyDocumentException,
  NotFoundException,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { retry } from '../../../core/retry.ts';
import { type PublicJwk, publicJwkOf } from '../../../core/tokens/key-ring.ts';
import type { NewKey } from '../../../core/tokens/key-rotation.ts';
import type { SigningKeyMaker } from '../../ports/index.ts';
import { type SigningKeyPrincipals, signingKeyPolicy } from './signing-key-policy.ts';

/** KMS is eventually consistent: new roles, new keys and their policies take some seconds to propagate. */
const PROPAGATION_WAITS_MS = [1000, 2000, 4000, 8000, 8000, 8000, 8000];

/** The shortest time that KMS allows. Administrators can cancel the deletion until then. */
const PENDING_WINDOW_DAYS = 7;

export interface SigningKeyMakerOptions extends SigningKeyPrincipals {
  /** Value of the tag that marks the keys of this stack. IAM denies the creation of keys without it. */
  readonly stackTag: string;
  /** Value of the tag that tells the keys of one ring from those of a later deployment: the name of its table. */
  readonly ringTag: string;
  /** Tags of the operator, by key. */
  readonly tags: Readonly<Record<string, string>>;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Creates and deletes RSA_2048 signing keys in KMS. Private keys never leave KMS. */
export class KmsSigningKeyMaker implements SigningKeyMaker {
  readonly #kms: KMSClient;
  readonly #options: SigningKeyMakerOptions;

  constructor(kms: KMSClient, options: SigningKeyMakerOptions) {
    this.#kms = kms;
    this.#options = options;
  }

  async createSigningKey(): Promise<NewKey> {
    try {
      const keyArn = await this.#createKey();
      return { keyArn, publicJwk: await this.#publicJwkOf(keyArn) };
    } catch (error) {
      throw new UnavailableError('KMS', error);
    }
  }

  async discardSigningKey(keyArn: string): Promise<void> {
    try {
      await this.#kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: PENDING_WINDOW_DAYS }));
    } catch (error) {
      // An earlier run has scheduled the deletion already.
      if (error instanceof KMSInvalidStateException || error instanceof NotFoundException) return;
      throw new UnavailableError('KMS', error);
    }
  }

  /**
   * The check requires that the caller may change the policy later. Only administrators may, on purpose, so it is
   * bypassed. Organizations can deny that; then the check passes only if they let the role change policies.
   */
  async #createKey(): Promise<string> {
    try {
      return await this.#createKeyWith(true);
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      return await this.#createKeyWith(false).catch(() => Promise.reject(error));
    }
  }

  async #createKeyWith(bypassesCheck: boolean): Promise<string> {
    const command = new CreateKeyCommand({
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      Description: `Signs access tokens of ${this.#options.stackTag}`,
      Policy: JSON.stringify(signingKeyPolicy(this.#options)),
      Tags: [
        { TagKey: 'gatehouse:stack', TagValue: this.#options.stackTag },
        { TagKey: 'gatehouse:ring', TagValue: this.#options.ringTag },
        ...Object.entries(this.#options.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
      ],
      BypassPolicyLockoutSafetyCheck: bypassesCheck,
    });
    return this.#retryUntilPropagated(
      (error) => error instanceof MalformedPolicyDocumentException,
      () => this.#keyArnOf(command),
    );
  }

  /** Reads the public key of a new key. If that fails the key is deleted, because nothing else refers to it. */
  async #publicJwkOf(keyArn: string): Promise<PublicJwk> {
    const command = new GetPublicKeyCommand({ KeyId: keyArn });
    try {
      const { PublicKey } = await this.#retryUntilPropagated(isNotKnownYet, () => this.#kms.send(command));
      if (PublicKey === undefined) throw new Error('GetPublicKey answered without a key');
      const { n, e } = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' }).export({
        format: 'jwk',
      });
      if (n === undefined || e === undefined) throw new Error('GetPublicKey did not answer with an RSA key');
      return publicJwkOf(n, e);
    } catch (error) {
      // Report the first error. The runbook says how to find a key that was left behind.
      await this.discardSigningKey(keyArn).catch(() => undefined);
      throw error;
    }
  }

  #retryUntilPropagated<Answer>(isTooEarly: (error: unknown) => boolean, call: () => Promise<Answer>): Promise<Answer> {
    return retry(call, {
      attempts: PROPAGATION_WAITS_MS.length + 1,
      isRetryable: isTooEarly,
      wait: (failures) => this.#options.sleep(PROPAGATION_WAITS_MS[failures - 1] ?? 0),
    });
  }

  async #keyArnOf(command: CreateKeyCommand): Promise<string> {
    const { KeyMetadata } = await this.#kms.send(command);
    if (KeyMetadata?.Arn === undefined) throw new Error('CreateKey answered without an ARN');
    return KeyMetadata.Arn;
  }
}

/** The key, or its policy, has not propagated yet. */
const isNotKnownYet = (error: unknown): boolean => error instanceof NotFoundException || isAccessDenied(error);

const isAccessDenied = (error: unknown): boolean => error instanceof Error && error.name === 'AccessDeniedException';
