import { UnavailableError } from '../oauth-error.ts';

/**
 * Why a login at the identity provider failed.
 * `denied`: the user declined, or the provider refused the user.
 * `rejected`: the response is not trustworthy.
 * `misconfigured`: the provider refuses our credentials, or there are none. Only the operator can fix this.
 * `unavailable`: the provider redirected the user back with a temporary error. If it does not answer at all, the error is
 * an UnavailableError.
 */
export type UpstreamErrorReason = 'denied' | 'rejected' | 'misconfigured' | 'unavailable';

/** `message` is for the log. It names the rule that failed, and contains no tokens or codes. */
export class UpstreamError extends Error {
  readonly reason: UpstreamErrorReason;
  /** The failure follows from what the browser sent. It may be forged, and says nothing about the provider's health. */
  readonly isFromBrowser: boolean;

  constructor(reason: UpstreamErrorReason, message: string, options: { readonly isFromBrowser?: boolean } = {}) {
    super(message);
    this.name = 'UpstreamError';
    this.reason = reason;
    this.isFromBrowser = options.isFromBrowser ?? false;
  }
}

/** The provider did not answer. It may or may not have carried out the request. */
export class OutcomeUnknownError extends UnavailableError {}
