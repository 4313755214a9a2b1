import * as settings from '../core/settings.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { read } from '../runtime/settings.ts';
import { protectedResourceMetadataHandler } from './handler.ts';

export const handler = endpoint(
  protectedResourceMetadataHandler({ issuer: read(settings.issuer), servers: read(settings.servers) }),
  { log: jsonLog(), cors: true },
);
