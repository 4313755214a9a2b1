import { endpoint } from '../runtime/http/endpoint.ts';
import { pageContext } from '../runtime/wiring/page-context.ts';
import { callbackHandler } from './handler.ts';
import { callbackDeps } from './wiring.ts';

const { renderError, ...context } = pageContext();

export const handler = endpoint(callbackHandler(callbackDeps(context)), { log: context.log, renderError });
