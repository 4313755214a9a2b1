import { endpoint } from '../runtime/http/endpoint.ts';
import { endpointContext } from '../runtime/wiring/context.ts';
import { tokenHandler } from './handler.ts';
import { tokenDeps } from './wiring.ts';

const context = endpointContext();

export const handler = endpoint(tokenHandler(tokenDeps(context)), { log: context.log, cors: true });
