import { endpoint } from '../runtime/http/endpoint.ts';
import { pageContext } from '../runtime/wiring/page-context.ts';
import { authorizeHandler } from './handler.ts';
import { authorizeDeps } from './wiring.ts';

const { renderError, ...context } = pageContext();

export const handler = endpoint(authorizeHandler(authorizeDeps(context)), { log: context.log, renderError });
