import { endpoint } from '../runtime/http/endpoint.ts';
import { connectClientAuthentication } from '../runtime/wiring/client-authentication.ts';
import { endpointContext } from '../runtime/wiring/context.ts';
import { grantStore, keyRingStore, revokedGrantStore } from '../runtime/wiring/stores.ts';
import { revokeHandler } from './handler.ts';

const context = endpointContext();

export const handler = endpoint(
  revokeHandler({
    ...context,
    ...connectClientAuthentication(context),
    grants: grantStore(),
    keyRings: keyRingStore(),
    revokedGrants: revokedGrantStore(),
  }),
  { log: context.log, cors: true },
);
