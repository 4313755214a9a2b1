import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import * as config from '../runtime/settings.ts';
import { protectedResourceMetadataFlow } from './handler.ts';

export const handler = endpoint(protectedResourceMetadataFlow({ issuer: config.issuer(), servers: config.servers() }), {
  log: jsonLog(),
  cors: true,
});
