import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretVerifier } from '../../core/client-authentication.ts';
import { constantTimeEqual } from '../../core/digest.ts';
import { UnavailableError } from '../../core/oauth-error.ts';
import type { Clock } from '../../ports.ts';
import { CachedSecret } from './cached-secret.ts';

/** A secret that does not fit makes us look again, but not more often than this: it comes from outside. */
const LOOK_AGAIN_COOLDOWN_SECONDS = 10;

/**
 * The secrets of configured clients, as plain text in one secret each. The former value is accepted beside the current
 * one, so that a secret can be changed while the client still has the old one.
 */
export class SecretsManagerClientSecrets {
  private readonly client: SecretsManagerClient;
  private readonly now: Clock;
  private readonly versions = new Map<string, Versions>();

  constructor(client: SecretsManagerClient, now: Clock) {
    this.client = client;
    this.now = now;
  }

  readonly verify: SecretVerifier = async (clientSecretId, presented) => {
    const versions = this.versionsOf(clientSecretId);
    const known = await Promise.all([versions.current.read(), versions.previous.read()]);
    if (isAmong(known, presented)) return true;

    // It may have been changed after our copies were made.
    if (this.now() - versions.lookedAgainAt < LOOK_AGAIN_COOLDOWN_SECONDS) return false;
    versions.lookedAgainAt = this.now();
    return isAmong(await Promise.all([versions.current.readAgain(), versions.previous.readAgain()]), presented);
  };

  private versionsOf(clientSecretId: string): Versions {
    const known = this.versions.get(clientSecretId);
    if (known !== undefined) return known;
    const versions = {
      current: new CachedSecret(this.client, clientSecretId, this.now, 'AWSCURRENT'),
      previous: new CachedSecret(this.client, clientSecretId, this.now, 'AWSPREVIOUS'),
      // A first look is fresh by itself.
      lookedAgainAt: this.now(),
    };
    this.versions.set(clientSecretId, versions);
    return versions;
  }
}

interface Versions {
  readonly current: CachedSecret;
  readonly previous: CachedSecret;
  lookedAgainAt: number;
}

const isAmong = ([current, previous]: readonly (string | undefined)[], presented: string): boolean => {
  if (current === undefined) throw new UnavailableError('Secrets Manager', new Error('a client secret has no value'));
  const accepted = previous === undefined ? [current] : [current, previous];
  return accepted.filter((secret) => constantTimeEqual(secret, presented)).length > 0;
};
