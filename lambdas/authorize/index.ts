import { endpoint } from '../runtime/http/endpoint.ts';
import { errorPageOrJson } from '../runtime/pages/message-page.ts';
import { pageContext } from '../runtime/wiring/page-context.ts';
import { authorizeHandler } from './handler.ts';
import { authorizeDeps } from './wiring.ts';

const context = pageContext();

export const handler = endpoint(authorizeHandler(authorizeDeps(context)), {
  log: context.log,
  renderError: errorPageOrJson(context.site),
});
