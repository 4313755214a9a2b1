import { type HttpRequest, singleHeader } from '../http/messages.ts';
import { PageError } from './message-page.ts';

/**
 * Cross-site request forgery (catalogue #129): browsers send `Origin` with every form; one that does not still says
 * `Sec-Fetch-Site`.
 * @throws PageError, to be shown
 */
export const assertSameOrigin = (request: HttpRequest, issuer: string): void => {
  const isSameOrigin = request.headers.has('origin')
    ? singleHeader(request, 'origin') === issuer
    : singleHeader(request, 'sec-fetch-site') === 'same-origin';
  if (!isSameOrigin) {
    throw new PageError('access_denied', ({ messages }) => messages.formFromElsewhere, {
      detail: 'Origin is not the issuer',
    });
  }
};

/** A form of ours that was altered, has expired, or came back from another browser or session. */
export const formExpired = (detail: string): PageError =>
  new PageError('invalid_request', ({ messages }) => messages.formExpired, { detail });
