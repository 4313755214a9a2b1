import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { UnavailableError } from '../../../core/oauth-error.ts';
import type { Clock, SecretReader } from '../../ports/index.ts';

/** How old a copy may be while Secrets Manager answers. A rotated secret is noticed within this time. */
export const MAX_AGE_SECONDS = 300;

/** Keeps the current version of one secret in memory. A secret without a value is read again each time. */
export class CachedSecret {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;
  readonly #now: Clock;
  #copy: { readonly value: string; readonly readAt: number } | undefined;

  constructor(client: SecretsManagerClient, secretId: string, now: Clock) {
    this.#client = client;
    this.#secretId = secretId;
    this.#now = now;
  }

  /** Returns the value, or undefined when there is none yet. While Secrets Manager is down, the last copy is used. */
  async read(): Promise<string | undefined> {
    if (this.#copy && this.#now() - this.#copy.readAt < MAX_AGE_SECONDS) return this.#copy.value;
    try {
      return await this.readAgain();
    } catch (error) {
      if (this.#copy) return this.#copy.value;
      throw error;
    }
  }

  /**
   * Reads the current value and refreshes the copy.
   *
   * @throws UnavailableError
   */
  async readAgain(): Promise<string | undefined> {
    const value = await fetchSecret(this.#client, this.#secretId, 'AWSCURRENT');
    this.#copy = value === undefined ? undefined : { value, readAt: this.#now() };
    return value;
  }
}

/**
 * Reads one version of a secret.
 *
 * @returns undefined when it has no value yet
 * @throws UnavailableError
 */
export const fetchSecret = async (
  client: SecretsManagerClient,
  secretId: string,
  versionStage: 'AWSCURRENT' | 'AWSPREVIOUS',
): Promise<string | undefined> => {
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: versionStage }));
    return answer.SecretString || undefined;
  } catch (error) {
    // Secrets Manager's error for a secret, or a version of it, that has no value yet.
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw new UnavailableError('Secrets Manager', error);
  }
};

/** Reads a generated secret as text. It has a value from the first deployment on. */
export const generatedSecret = (client: SecretsManagerClient, secretId: string, now: Clock): SecretReader => {
  const secret = new CachedSecret(client, secretId, now);
  return async () => generatedValue(await secret.read());
};

/** @throws UnavailableError when a generated secret has no value */
export const generatedValue = (generated: string | undefined): string => {
  if (generated === undefined) {
    throw new UnavailableError('Secrets Manager', new Error('a generated secret has no value'));
  }
  return generated;
};
