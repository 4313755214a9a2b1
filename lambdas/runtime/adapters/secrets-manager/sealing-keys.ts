import { createHash } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock, SealingKey, SealingKeys } from '../../ports/index.ts';
import { SecretVersions } from './secret-versions.ts';

/** How often unknown key ids may make us look again: another environment may seal with a newer version than our copy. */
const LOOK_AGAIN_COOLDOWN_SECONDS = 30;

/** Sealing keys made of a generated secret: its current version seals, its previous one still opens. */
export class SecretsManagerSealingKeys implements SealingKeys {
  readonly #versions: SecretVersions;

  constructor(client: SecretsManagerClient, secretId: string, now: Clock) {
    this.#versions = new SecretVersions(client, secretId, now, LOOK_AGAIN_COOLDOWN_SECONDS);
  }

  async current(): Promise<SealingKey> {
    return sealingKey(await this.#versions.current());
  }

  async find(sealingKeyId: string): Promise<SealingKey | undefined> {
    const secret = await this.#versions.find((version) => sealingKey(version).id === sealingKeyId);
    return secret === undefined ? undefined : sealingKey(secret);
  }
}

/** 32 bytes from a secret's text, and a short public name for them. */
export const sealingKey = (secret: string): SealingKey => {
  const bytes = createHash('sha256').update(secret).digest();
  return { id: createHash('sha256').update(bytes).digest('base64url').slice(0, 8), bytes };
};
