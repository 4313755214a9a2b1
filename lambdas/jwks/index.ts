import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { keyRingStore } from '../runtime/wiring/stores.ts';
import { jwksEndpoint } from './handler.ts';

export const handler = endpoint(jwksEndpoint({ keyRings: keyRingStore() }), { log: jsonLog(), cors: true });
