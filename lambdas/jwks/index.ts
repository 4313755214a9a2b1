import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { keyRingStore } from '../runtime/wiring/stores.ts';
import { jwksHandler } from './handler.ts';

export const handler = endpoint(jwksHandler({ keyRings: keyRingStore() }), { log: jsonLog(), cors: true });
