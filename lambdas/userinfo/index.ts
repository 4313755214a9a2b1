import * as settings from '../core/settings.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { read } from '../runtime/settings.ts';
import { grantStore, keyRingStore } from '../runtime/wiring/stores.ts';
import { userinfoHandler } from './handler.ts';

const log = jsonLog();

export const handler = endpoint(
  userinfoHandler({
    issuer: read(settings.issuer),
    grants: grantStore(),
    keyRings: keyRingStore(),
    now: systemClock,
    log,
  }),
  { log, cors: true },
);
