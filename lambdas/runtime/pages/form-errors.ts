import { PageError } from './message-page.ts';

/** A form that a page of another site sent (`isSameOrigin`). */
export const formFromElsewhere = (): PageError =>
  new PageError('access_denied', ({ errors }) => errors.formFromElsewhere, { detail: 'Origin is not the issuer' });

/** A form of this server that was altered, has expired, or came back from another browser or session. */
export const formExpired = (detail: string): PageError =>
  new PageError('invalid_request', ({ errors }) => errors.formExpired, { detail });
