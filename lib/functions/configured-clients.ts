import { TOKEN_EXCHANGE } from '../../lambdas/core/clients/client.ts';
import type { ConfiguredClients } from '../../lambdas/core/settings.ts';
import type { Configuration } from '../config/configuration.ts';
import { resourceClientId } from '../config/rules.ts';
import type { Secrets } from '../data/secrets.ts';
import { hasTokenExchange } from '../data/upstream-tokens.ts';

const MAX_CLIENT_NAME_CHARACTERS = 60;

/**
 * The clients of the configuration, resource clients included, as a setting of the functions.
 *
 * @param secrets only for functions that check credentials, which need to know where secrets and keys are
 */
export const configuredClientSettings = (configuration: Configuration, secrets?: Secrets): ConfiguredClients => ({
  ...Object.fromEntries(
    Object.entries(configuration.clients).map(
      ([id, { authentication, jwks, jwksUri, redirectUris, scopes, ...client }]) => [
        id,
        {
          ...client,
          authentication: [authentication],
          ...(redirectUris.length > 0 ? { redirectUris } : {}),
          ...(scopes.length > 0 ? { scopes } : {}),
          ...(secrets && { secretId: secrets.clients[id]?.ref, jwks, jwksUri }),
        },
      ],
    ),
  ),
  ...Object.fromEntries(
    Object.entries(configuration.servers)
      .filter(([, { resourceClient }]) => resourceClient)
      .map(([path]) => [resourceClientId(path), resourceClientSettings(path, configuration, secrets)]),
  ),
});

/** A server's own credentials, for introspection and, where providers' tokens are kept, for token exchange. */
const resourceClientSettings = (
  path: string,
  configuration: Configuration,
  secrets: Secrets | undefined,
): ConfiguredClients[string] => ({
  name: `MCP server ${path}`.slice(0, MAX_CLIENT_NAME_CHARACTERS),
  authentication: ['client_secret_basic', 'client_secret_post'],
  grantTypes: hasTokenExchange(configuration) ? [TOKEN_EXCHANGE] : [],
  server: path,
  ...(secrets && { secretId: secrets.clients[resourceClientId(path)]?.ref }),
});
