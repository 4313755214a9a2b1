import { endpoint } from '../runtime/http/endpoint.ts';
import { pageContext } from '../runtime/wiring/page-context.ts';
import { consentHandler } from './handler.ts';
import { consentDeps } from './wiring.ts';

const { renderError, ...context } = pageContext();

export const handler = endpoint(consentHandler(consentDeps(context)), { log: context.log, renderError });
