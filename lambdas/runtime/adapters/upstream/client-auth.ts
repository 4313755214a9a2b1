import { type AuthorizationServer, type ClientAuth, ClientSecretBasic, ClientSecretPost } from 'oauth4webapi';
import type { TokenEndpointAuthentication } from '../../../core/upstream/provider-kinds.ts';
import { type UpstreamCredentials, type UpstreamCredentialsReader, withFreshSecret } from './credentials.ts';
import { isClientRefused } from './upstream-faults.ts';

const CLIENT_AUTH: Readonly<Record<TokenEndpointAuthentication, (clientSecret: string) => ClientAuth>> = {
  client_secret_basic: ClientSecretBasic,
  client_secret_post: ClientSecretPost,
};

/**
 * The methods to try in turn. Without a configured one, Basic comes first, which is the default (OpenID Connect Discovery
 * §3). It sends form-encoded credentials (RFC 6749 §2.3.1), and some providers compare them without decoding.
 */
const methodsFor = (
  { token_endpoint_auth_methods_supported: supported = [] }: AuthorizationServer,
  configured: TokenEndpointAuthentication | undefined,
): readonly [TokenEndpointAuthentication, TokenEndpointAuthentication?] => {
  if (configured !== undefined) return [configured];
  if (!supported.includes('client_secret_post')) return ['client_secret_basic'];
  return supported.includes('client_secret_basic')
    ? ['client_secret_basic', 'client_secret_post']
    : ['client_secret_post'];
};

/** Authenticates at the token endpoint of one provider, in the way that it accepts. */
export class ClientAuthentication {
  readonly #reader: UpstreamCredentialsReader;
  readonly #configured: TokenEndpointAuthentication | undefined;
  #accepted: TokenEndpointAuthentication | undefined;

  /** @param configured the only method to use; undefined chooses by the provider's metadata */
  constructor(reader: UpstreamCredentialsReader, configured: TokenEndpointAuthentication | undefined) {
    this.#reader = reader;
    this.#configured = configured;
  }

  /**
   * Calls the provider. If it refuses our credentials, calls once more by the next method, and then with a secret that has
   * changed since it was read: a refused client uses up no code. Later calls begin with the method that was accepted.
   */
  use<Result>(
    server: AuthorizationServer,
    credentials: UpstreamCredentials,
    call: (clientId: string, auth: ClientAuth) => Promise<Result>,
  ): Promise<Result> {
    return withFreshSecret(this.#reader, credentials, isClientRefused, async ({ clientId, clientSecret }) => {
      const [first, second] = methodsFor(server, this.#configured ?? this.#accepted);
      try {
        return await call(clientId, CLIENT_AUTH[first](clientSecret));
      } catch (error) {
        if (second === undefined || !isClientRefused(error)) throw error;
        const result = await call(clientId, CLIENT_AUTH[second](clientSecret));
        this.#accepted = second;
        return result;
      }
    });
  }
}
