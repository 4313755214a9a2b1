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
import { publicJwkOf } from '../../core/key-ring.ts';
import type { NewKey } from '../../core/key-rotation.ts';
import { UnavailableError } from '../../core/oauth-error.ts';
import type { SigningKeyMaker } from '../../ports.ts';
import { type SigningKeyPrincipals, signingKeyPolicy } from './signing-key-policy.ts';

/** KMS refuses a policy that names a role which it does not know yet; new roles are known after some seconds. */
const ROLE_PROPAGATION_WAITS_MS = [1000, 2000, 4000, 8000, 8000, 8000, 8000];

/** The shortest that KMS allows. Administrators can cancel until then. */
const PENDING_WINDOW_DAYS = 7;

export interface SigningKeyMakerOptions extends SigningKeyPrincipals {
  /** Value of the tag by which this stack's keys are known, and without which IAM lets none be made. */
  readonly stackTag: string;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Makes and discards RSA_2048 signing keys in KMS. Their private halves never leave it. */
export class KmsSigningKeyMaker implements SigningKeyMaker {
  private readonly kms: KMSClient;
  private readonly options: SigningKeyMakerOptions;

  constructor(kms: KMSClient, options: SigningKeyMakerOptions) {
    this.kms = kms;
    this.options = options;
  }

  async createSigningKey(): Promise<NewKey> {
    try {
      const keyArn = await this.createKey();
      const { PublicKey } = await this.kms.send(new GetPublicKeyCommand({ KeyId: keyArn }));
      if (PublicKey === undefined) throw new Error('GetPublicKey answered without a key');
      const { n, e } = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' }).export({
        format: 'jwk',
      });
      if (n === undefined || e === undefined) throw new Error('GetPublicKey did not answer with an RSA key');
      return { keyArn, publicJwk: publicJwkOf(n, e) };
    } catch (error) {
      throw new UnavailableError('KMS', error);
    }
  }

  async discardSigningKey(keyArn: string): Promise<void> {
    try {
      await this.kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: PENDING_WINDOW_DAYS }));
    } catch (error) {
      // An earlier run came as far as this: its deletion is pending, or done.
      if (error instanceof KMSInvalidStateException || error instanceof NotFoundException) return;
      throw new UnavailableError('KMS', error);
    }
  }

  private async createKey(): Promise<string> {
    const command = new CreateKeyCommand({
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      Description: `Signs access tokens of ${this.options.stackTag}`,
      Policy: JSON.stringify(signingKeyPolicy(this.options)),
      Tags: [{ TagKey: 'gatehouse:stack', TagValue: this.options.stackTag }],
      // The check asks whether the caller may change this policy later. It may not, on purpose; administrators may.
      BypassPolicyLockoutSafetyCheck: true,
    });
    for (const waitMs of ROLE_PROPAGATION_WAITS_MS) {
      try {
        return await this.keyArnOf(command);
      } catch (error) {
        if (!(error instanceof MalformedPolicyDocumentException)) throw error;
        await this.options.sleep(waitMs);
      }
    }
    return this.keyArnOf(command);
  }

  private async keyArnOf(command: CreateKeyCommand): Promise<string> {
    const { KeyMetadata } = await this.kms.send(command);
    if (KeyMetadata?.Arn === undefined) throw new Error('CreateKey answered without an ARN');
    return KeyMetadata.Arn;
  }
}
