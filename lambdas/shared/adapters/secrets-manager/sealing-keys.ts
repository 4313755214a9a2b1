import { createHash } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { UnavailableError } from '../../core/oauth-error.ts';
import type { Clock, SealingKey, SealingKeys } from '../../ports.ts';
import { CachedSecret } from './cached-secret.ts';

/** An unknown key id makes us look again, but not more often than this: ids come from outside. */
const LOOK_AGAIN_COOLDOWN_SECONDS = 30;

/** Sealing keys made of a generated secret: its current version seals, its previous one still opens. */
export class SecretsManagerSealingKeys implements SealingKeys {
  private readonly currentSecret: CachedSecret;
  private readonly previousSecret: CachedSecret;
  private readonly now: Clock;
  private lookedAgainAt = Number.NEGATIVE_INFINITY;

  constructor(client: SecretsManagerClient, secretId: string, now: Clock) {
    this.currentSecret = new CachedSecret(client, secretId, now, 'AWSCURRENT');
    this.previousSecret = new CachedSecret(client, secretId, now, 'AWSPREVIOUS');
    this.now = now;
  }

  async current(): Promise<SealingKey> {
    const secret = await this.currentSecret.read();
    if (secret === undefined) {
      throw new UnavailableError('Secrets Manager', new Error('the sealing secret has no value'));
    }
    return sealingKey(secret);
  }

  async find(sealingKeyId: string): Promise<SealingKey | undefined> {
    const current = await this.current();
    if (current.id === sealingKeyId) return current;
    const previous = await this.previousSecret.read();
    if (previous !== undefined && sealingKey(previous).id === sealingKeyId) return sealingKey(previous);

    // Another environment may have sealed with a version that is newer than our copy.
    if (this.now() - this.lookedAgainAt < LOOK_AGAIN_COOLDOWN_SECONDS) return undefined;
    this.lookedAgainAt = this.now();
    const versions = await Promise.all([this.currentSecret.readAgain(), this.previousSecret.readAgain()]);
    return versions
      .filter((secret) => secret !== undefined)
      .map(sealingKey)
      .find((key) => key.id === sealingKeyId);
  }
}

/** 32 bytes from a secret's text, and a short public name for them. */
export const sealingKey = (secret: string): SealingKey => {
  const bytes = createHash('sha256').update(secret).digest();
  return { id: createHash('sha256').update(bytes).digest('base64url').slice(0, 8), bytes };
};
