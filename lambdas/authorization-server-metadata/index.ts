import { jsonLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
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
