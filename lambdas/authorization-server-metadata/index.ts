import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import * as config from '../runtime/settings.ts';
import { authorizationServerMetadataFlow } from './handler.ts';

export const handler = endpoint(
  authorizationServerMetadataFlow({
    issuer: config.issuer(),
    servers: config.servers(),
    scopes: config.scopes(),
    configuredClients: config.configuredClients(),
    hasClientDocuments: config.clientDocuments().advertise,
  }),
  { log: jsonLog(), cors: true },
);
