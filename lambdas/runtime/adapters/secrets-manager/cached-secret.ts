import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { UnavailableError } from '../../../core/oauth-error.ts';
import type { Clock, SecretReader } from '../../ports/index.ts';

/** How old a copy may be while Secrets Manager answers; a rotated secret is noticed within this time. */
export const MAX_AGE_SECONDS = 300;

/** The current version of one secret, kept in memory. A secret without a value is asked for again each time. */
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

  /** The value, or undefined when there is none yet. While Secrets Manager is down, the last copy serves. */
  async read(): Promise<string | undefined> {
    if (this.#copy && this.#now() - this.#copy.readAt < MAX_AGE_SECONDS) return this.#copy.value;
    try {
      return await this.readAgain();
    } catch (error) {
      if (this.#copy) return this.#copy.value;
      throw error;
    }
  }

  /** The value as it is now, whatever the age of the copy. @throws UnavailableError */
  async readAgain(): Promise<string | undefined> {
    const value = await fetchSecret(this.#client, this.#secretId, 'AWSCURRENT');
    this.#copy = value === undefined ? undefined : { value, readAt: this.#now() };
    return value;
  }
}

/** One version of a secret, or undefined when there is none yet. @throws UnavailableError */
export const fetchSecret = async (
  client: SecretsManagerClient,
  secretId: string,
  versionStage: 'AWSCURRENT' | 'AWSPREVIOUS',
): Promise<string | undefined> => {
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: versionStage }));
    return answer.SecretString || undefined;
  } catch (error) {
    // How Secrets Manager says that a secret, or this version of it, has no value yet.
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw new UnavailableError('Secrets Manager', error);
  }
};

/** A generated secret as text. It always has a value once the stack stands. */
export const generatedSecret = (client: SecretsManagerClient, secretId: string, now: Clock): SecretReader => {
  const secret = new CachedSecret(client, secretId, now);
  return async () => generatedValue(await secret.read());
};

/** @throws UnavailableError when a secret that always has a value has none */
export const generatedValue = (generated: string | undefined): string => {
  if (generated === undefined) {
    throw new UnavailableError('Secrets Manager', new Error('a generated secret has no value'));
  }
  return generated;
};
