import { TOKEN_EXCHANGE } from '../../lambdas/core/clients/client.ts';
import type { ConfiguredClients } from '../../lambdas/core/settings.ts';
import type { Configuration } from '../config/configuration.ts';
import { resourceClientId } from '../config/rules.ts';
import type { Secrets } from '../data/secrets.ts';
import { hasTokenExchange } from '../data/upstream-tokens.ts';

const MAX_CLIENT_NAME_CHARACTERS = 60;

/**
 * The configured clients and the resource clients, as a setting of the functions.
 *
 * @param secrets pass them for functions that check credentials, which must know where secrets and keys are
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

/** The client of an MCP server: for introspection and, if tokens of a provider are kept, for token exchange. */
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
