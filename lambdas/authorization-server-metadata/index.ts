import * as settings from '../core/settings.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { read, readOptional } from '../runtime/settings.ts';
import { configuredClients } from '../runtime/wiring/configured-clients.ts';
import { authorizationServerMetadataHandler } from './handler.ts';

export const handler = endpoint(
  authorizationServerMetadataHandler({
    issuer: read(settings.issuer),
    servers: read(settings.servers),
    scopes: read(settings.scopes),
    configuredClients: configuredClients(),
    hasClientDocuments: read(settings.clientDocuments).advertise,
    hasRegistration: readOptional(settings.registration)?.dynamic !== 'off',
  }),
  { log: jsonLog(), cors: true },
);
