import type { Client } from '../../core/clients/client.ts';
import * as settings from '../../core/settings.ts';
import { read } from '../settings.ts';

/** The clients of the configuration by client id, resource clients included. They never expire. */
export const configuredClients = (): ReadonlyMap<string, Client> =>
  new Map(Object.entries(read(settings.configuredClients)).map(([id, client]) => [id, configuredClient(id, client)]));

const configuredClient = (clientId: string, client: settings.ConfiguredClients[string]): Client => ({
  clientId,
  source: 'configured',
  clientName: client.name,
  redirectUris: client.redirectUris ?? [],
  grantTypes: client.grantTypes,
  tokenEndpointAuthMethods: client.authentication,
  ...(client.secretId === undefined ? {} : { clientSecretId: client.secretId }),
  ...(client.jwksUri === undefined ? {} : { jwksUri: client.jwksUri }),
  ...(client.jwks === undefined ? {} : { jwks: client.jwks }),
  ...(client.scopes === undefined ? {} : { scopes: client.scopes }),
  ...(client.server === undefined ? {} : { resourceServerPath: client.server }),
  issuedAt: 0,
});
