import type { Configuration } from './config.ts';
import { resourceClientId } from './config-rules.ts';
import type { Secrets } from './secrets.ts';

const MAX_CLIENT_NAME_CHARACTERS = 60;

/**
 * The clients of the configuration, resource clients among them, in the shape of lambdas/shared/config.ts.
 *
 * @param secrets only for functions that check credentials: they are told where secrets and keys are
 */
export const configuredClientSettings = ({ clients, servers }: Configuration, secrets?: Secrets) => ({
  ...Object.fromEntries(
    Object.entries(clients).map(([id, { authentication, jwks, jwksUri, redirectUris, scopes, ...client }]) => [
      id,
      {
        ...client,
        authentication: [authentication],
        ...(redirectUris.length > 0 ? { redirectUris } : {}),
        ...(scopes.length > 0 ? { scopes } : {}),
        ...(secrets && { secretId: secrets.clients[id]?.ref, jwks, jwksUri }),
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(servers)
      .filter(([, { resourceClient }]) => resourceClient)
      .map(([path]) => [resourceClientId(path), resourceClientSettings(path, secrets)]),
  ),
});

/** A server's own credentials: for introspection, and no grant type at all. */
const resourceClientSettings = (path: string, secrets: Secrets | undefined) => ({
  name: `MCP server ${path}`.slice(0, MAX_CLIENT_NAME_CHARACTERS),
  authentication: ['client_secret_basic', 'client_secret_post'],
  grantTypes: [],
  server: path,
  ...(secrets && { secretId: secrets.clients[resourceClientId(path)]?.ref }),
});
