import { defaultHeaders } from './default-headers.ts';

/** Lets scripts of any origin read the response. Never for pages (OAuth 2.1 §3.1). */
export const cors = () =>
  defaultHeaders({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'WWW-Authenticate, Retry-After',
  });
