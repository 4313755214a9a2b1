import { endpoint } from '../runtime/http/endpoint.ts';
import { endpointContext, isLocalRun } from '../runtime/wiring/context.ts';
import { clientStore } from '../runtime/wiring/stores.ts';
import { registerHandler } from './handler.ts';
import { registrationAccess } from './wiring.ts';

const context = endpointContext();

export const handler = endpoint(
  registerHandler({
    ...context,
    ...registrationAccess(),
    allowLoopback: isLocalRun(context.issuer),
    clients: clientStore(),
  }),
  { log: context.log, cors: true, refusalEvent: 'client_refused' },
);
