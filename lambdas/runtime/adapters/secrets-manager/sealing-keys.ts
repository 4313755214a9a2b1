import { createHash } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock, SealingKey, SealingKeys } from '../../ports/index.ts';
import { SecretVersions } from './secret-versions.ts';

/** Unknown key ids cause at most one new read in this time. Another environment may seal with a newer version. */
const LOOK_AGAIN_COOLDOWN_SECONDS = 30;

/** Makes sealing keys from a generated secret. The current version seals, and the previous one still opens. */
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

/** Derives a key of 32 bytes from the text of a secret, with a short public id. */
export const sealingKey = (secret: string): SealingKey => {
  const bytes = createHash('sha256').update(secret).digest();
  return { id: createHash('sha256').update(bytes).digest('base64url').slice(0, 8), bytes };
};
