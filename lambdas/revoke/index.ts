import { endpoint } from '../runtime/http/endpoint.ts';
import { connectClientAuthentication } from '../runtime/wiring/client-authentication.ts';
import { endpointContext } from '../runtime/wiring/context.ts';
import { grantStore, keyRingStore } from '../runtime/wiring/stores.ts';
import { revokeHandler } from './handler.ts';

const context = endpointContext();

export const handler = endpoint(
  revokeHandler({
    ...context,
    ...connectClientAuthentication(context),
    grants: grantStore(),
    keyRings: keyRingStore(),
  }),
  { log: context.log, cors: true },
);
