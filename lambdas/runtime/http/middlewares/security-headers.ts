import { defaultHeaders } from './default-headers.ts';

/** Adds the security headers of every response of this server. */
export const securityHeaders = () =>
  defaultHeaders({
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
