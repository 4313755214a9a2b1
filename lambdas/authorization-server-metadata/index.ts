import * as settings from '../core/settings.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { read } from '../runtime/settings.ts';
import { configuredClients } from '../runtime/wiring/configured-clients.ts';
import { registrationPolicy } from '../runtime/wiring/registration-policy.ts';
import { authorizationServerMetadataHandler } from './handler.ts';

export const handler = endpoint(
  authorizationServerMetadataHandler({
    issuer: read(settings.issuer),
    servers: read(settings.servers),
    scopes: read(settings.scopes),
    configuredClients: configuredClients(),
    hasClientDocuments: read(settings.clientDocuments).advertise,
    hasRegistration: registrationPolicy().dynamic !== 'off',
  }),
  { log: jsonLog(), cors: true },
);
