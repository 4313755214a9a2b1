import { UnavailableError } from '../../../core/oauth-error.ts';
import type { Clock, SecretReader } from '../../ports/index.ts';

/** How old a copy may be while Secrets Manager answers. A rotated secret is noticed within this time. */
export const MAX_AGE_SECONDS = 300;

/** Keeps the current version of one secret in memory. A secret without a value is read again each time. */
export class CachedSecret {
  readonly #fetch: () => Promise<string | undefined>;
  readonly #now: Clock;
  #copy: { readonly value: string; readonly readAt: number } | undefined;

  /** @param fetch reads the current version; undefined while the secret has no value */
  constructor(fetch: () => Promise<string | undefined>, now: Clock) {
    this.#fetch = fetch;
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
    const value = await this.#fetch();
    this.#copy = value === undefined ? undefined : { value, readAt: this.#now() };
    return value;
  }
}

/** Reads a generated secret as text. It has a value from the first deployment on. */
export const generatedSecret = (fetch: () => Promise<string | undefined>, now: Clock): SecretReader => {
  const secret = new CachedSecret(fetch, now);
  return async () => generatedValue(await secret.read());
};

/** @throws UnavailableError when a generated secret has no value */
export const generatedValue = (generated: string | undefined): string => {
  if (generated === undefined) {
    throw new UnavailableError('Secrets Manager', new Error('a generated secret has no value'));
  }
  return generated;
};
