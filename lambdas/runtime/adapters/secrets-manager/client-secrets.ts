import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretVerifier } from '../../../core/clients/authentication.ts';
import { constantTimeEqual } from '../../../core/crypto.ts';
import type { Clock } from '../../ports/index.ts';
import { SecretVersions } from './secret-versions.ts';

/** Wrong secrets cause at most one new read in this time, which is also how soon a changed secret is noticed. */
const LOOK_AGAIN_COOLDOWN_SECONDS = 10;

/**
 * Verifies the secrets of configured clients, each stored as plain text in a secret of its own. The previous value is also
 * accepted, so that a secret can be changed before the client has the new one.
 */
export class SecretsManagerClientSecrets {
  readonly #client: SecretsManagerClient;
  readonly #now: Clock;
  readonly #secrets = new Map<string, SecretVersions>();

  constructor(client: SecretsManagerClient, now: Clock) {
    this.#client = client;
    this.#now = now;
  }

  readonly verify: SecretVerifier = async (clientSecretId, presented) => {
    const versions = this.#versionsOf(clientSecretId);
    return (await versions.find((version) => constantTimeEqual(version, presented))) !== undefined;
  };

  #versionsOf(clientSecretId: string): SecretVersions {
    const known = this.#secrets.get(clientSecretId);
    if (known !== undefined) return known;
    const versions = new SecretVersions(this.#client, clientSecretId, this.#now, LOOK_AGAIN_COOLDOWN_SECONDS);
    this.#secrets.set(clientSecretId, versions);
    return versions;
  }
}
