import { endpoint } from '../runtime/http/endpoint.ts';
import { pageContext } from '../runtime/wiring/page-context.ts';
import { connectionsHandler } from './handler.ts';
import { connectionsDeps } from './wiring.ts';

const { renderError, ...context } = pageContext();

export const handler = endpoint(connectionsHandler(connectionsDeps(context)), { log: context.log, renderError });
