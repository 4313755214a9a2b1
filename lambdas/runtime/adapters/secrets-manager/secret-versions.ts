import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../../ports/index.ts';
import { CachedSecret, generatedValue, MAX_AGE_SECONDS } from './cached-secret.ts';
import { fetchSecret } from './fetch-secret.ts';

type Fits = (version: string) => boolean;

/**
 * A generated secret whose previous version is also accepted. The values to compare come from callers, so a value that
 * matches the current version costs no call, and all others together cost one read of both versions per cooldown.
 */
export class SecretVersions {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;
  readonly #now: Clock;
  readonly #cooldownSeconds: number;
  readonly #currentVersion: CachedSecret;
  /** The previous version when it was last read. Its value is undefined if there is none. */
  #former: { readonly value: string | undefined; readonly readAt: number } | undefined;
  #lastLook: { readonly at: number; readonly versions: Promise<readonly string[]> } | undefined;

  constructor(client: SecretsManagerClient, secretId: string, now: Clock, cooldownSeconds: number) {
    this.#client = client;
    this.#secretId = secretId;
    this.#now = now;
    this.#cooldownSeconds = cooldownSeconds;
    this.#currentVersion = new CachedSecret(() => fetchSecret(client, secretId), now);
  }

  /** @throws UnavailableError */
  async current(): Promise<string> {
    return generatedValue(await this.#currentVersion.read());
  }

  /**
   * Finds the version that matches.
   *
   * @throws UnavailableError when Secrets Manager does not answer, so that a version may match
   */
  async find(fits: Fits): Promise<string | undefined> {
    const current = await this.current();
    if (fits(current)) return current;
    const former = this.#former?.value !== undefined && fits(this.#former.value) ? this.#former : undefined;
    if (former && this.#now() - former.readAt < MAX_AGE_SECONDS) return former.value;
    try {
      return (await this.#latest()).find(fits);
    } catch (fault) {
      if (former) return former.value;
      throw fault;
    }
  }

  /** Reads both versions. Within the cooldown, the result of the last read is used again, also when it failed. */
  #latest(): Promise<readonly string[]> {
    const now = this.#now();
    if (this.#lastLook === undefined || now - this.#lastLook.at >= this.#cooldownSeconds) {
      this.#lastLook = { at: now, versions: this.#look(now) };
    }
    return this.#lastLook.versions;
  }

  async #look(now: number): Promise<readonly string[]> {
    const [current, former] = await Promise.all([
      this.#currentVersion.readAgain(),
      fetchSecret(this.#client, this.#secretId, 'AWSPREVIOUS'),
    ]);
    this.#former = { value: former, readAt: now };
    return [generatedValue(current), ...(former === undefined ? [] : [former])];
  }
}
