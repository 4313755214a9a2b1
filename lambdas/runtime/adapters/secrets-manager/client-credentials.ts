import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { membersOf } from '../../../core/json.ts';
import { UpstreamError } from '../../../core/upstream/errors.ts';
import type { Clock } from '../../ports/index.ts';
import type { UpstreamCredentials, UpstreamCredentialsReader } from '../upstream/credentials.ts';
import { CachedSecret } from './cached-secret.ts';
import { fetchSecret } from './fetch-secret.ts';

/** Reads our client id and secret at one identity provider, from the secret that the operator fills. */
export class SecretsManagerCredentials implements UpstreamCredentialsReader {
  readonly #secret: CachedSecret;
  readonly #secretId: string;

  constructor(client: SecretsManagerClient, secretId: string, now: Clock) {
    this.#secret = new CachedSecret(() => fetchSecret(client, secretId), now);
    this.#secretId = secretId;
  }

  async read(): Promise<UpstreamCredentials> {
    return this.#parse(await this.#secret.read());
  }

  async readAgain(): Promise<UpstreamCredentials> {
    return this.#parse(await this.#secret.readAgain());
  }

  #parse(text: string | undefined): UpstreamCredentials {
    if (text === undefined) throw this.#misconfigured('is empty');
    const { client_id: clientId, client_secret: clientSecret } = membersOf(text);
    if (typeof clientId !== 'string' || typeof clientSecret !== 'string' || clientId === '' || clientSecret === '') {
      throw this.#misconfigured('is not a JSON object with the strings client_id and client_secret');
    }
    return { clientId, clientSecret };
  }

  /** The region option, as in the stack's output. A secret that is given by name has no region. */
  get #inRegion(): string {
    const [, region] = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(this.#secretId) ?? [];
    return region === undefined ? '' : `--region ${region} `;
  }

  #misconfigured(what: string): UpstreamError {
    return new UpstreamError(
      'misconfigured',
      `the identity provider's secret ${what}; fill it with: aws secretsmanager put-secret-value ${this.#inRegion}--secret-id ` +
        `${this.#secretId} --secret-string '{"client_id":"CLIENT_ID","client_secret":"CLIENT_SECRET"}'`,
    );
  }
}
