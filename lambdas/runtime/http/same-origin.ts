import { type HttpRequest, singleHeader } from './messages.ts';

/**
 * Whether a form was sent by a page of this server (#129, cross-site request forgery). Browsers send `Origin` with every
 * form. A browser that omits it still sends `Sec-Fetch-Site`.
 */
export const isSameOrigin = (request: HttpRequest, issuer: string): boolean =>
  request.headers.has('origin')
    ? singleHeader(request, 'origin') === issuer
    : singleHeader(request, 'sec-fetch-site') === 'same-origin';
