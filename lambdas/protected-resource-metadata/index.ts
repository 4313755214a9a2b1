import { jsonLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { protectedResourceMetadataFlow } from './handler.ts';

export const handler = endpoint(protectedResourceMetadataFlow({ issuer: config.issuer(), servers: config.servers() }), {
  log: jsonLog(),
  cors: true,
});
