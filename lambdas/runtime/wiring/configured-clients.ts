import type { Client } from '../../core/clients/client.ts';
import * as settings from '../../core/settings.ts';
import { withoutUndefined } from '../../core/without-undefined.ts';
import { read } from '../settings.ts';

/** The clients of the configuration by client id, resource clients included. They never expire. */
export const configuredClients = (): ReadonlyMap<string, Client> =>
  new Map(Object.entries(read(settings.configuredClients)).map(([id, client]) => [id, configuredClient(id, client)]));

const configuredClient = (clientId: string, client: settings.ConfiguredClients[string]): Client =>
  withoutUndefined({
    clientId,
    source: 'configured',
    clientName: client.name,
    redirectUris: client.redirectUris ?? [],
    grantTypes: client.grantTypes,
    tokenEndpointAuthMethods: client.authentication,
    clientSecretId: client.secretId,
    jwksUri: client.jwksUri,
    jwks: client.jwks,
    scopes: client.scopes,
    resourceServerPath: client.server,
    issuedAt: 0,
  });
