import { type HttpRequest, singleHeader } from './messages.ts';

/**
 * Whether a form was sent by a page of this server (#129, cross-site request forgery). Browsers send `Origin` with every
 * form. If a browser omits it or hides it behind `null`, `Sec-Fetch-Site` decides, which scripts cannot set (Fetch Metadata
 * §2.3).
 */
export const isSameOrigin = (request: Pick<HttpRequest, 'headers'>, issuer: string): boolean => {
  const isHidden = !request.headers.has('origin') || singleHeader(request, 'origin') === 'null';
  return isHidden
    ? singleHeader(request, 'sec-fetch-site') === 'same-origin'
    : singleHeader(request, 'origin') === issuer;
};
