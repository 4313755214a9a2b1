import * as settings from '../core/settings.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { read } from '../runtime/settings.ts';
import { connectClientAuthentication } from '../runtime/wiring/client-authentication.ts';
import { endpointContext } from '../runtime/wiring/context.ts';
import { grantStore, keyRingStore } from '../runtime/wiring/stores.ts';
import { introspectHandler } from './handler.ts';

const context = endpointContext();

export const handler = endpoint(
  introspectHandler({
    ...context,
    ...connectClientAuthentication(context),
    refreshGraceSeconds: read(settings.lifetimes).refreshGraceSeconds,
    grants: grantStore(),
    keyRings: keyRingStore(),
  }),
  { log: context.log, cors: true },
);
