import { UnavailableError } from '../oauth-error.ts';

/**
 * Why a login at the identity provider did not end with a person.
 * `denied`: the person, or the provider on their behalf, said no.
 * `rejected`: the answer is not to be trusted.
 * `misconfigured`: the provider does not know us, or we have no credentials for it; only the operator can help.
 * `unavailable`: it sent the person back because it cannot now. One that does not answer us is an UnavailableError.
 */
export type UpstreamErrorReason = 'denied' | 'rejected' | 'misconfigured' | 'unavailable';

/** `message` is for the log: it names the rule that failed and repeats neither tokens nor codes. */
export class UpstreamError extends Error {
  readonly reason: UpstreamErrorReason;
  /** It follows from what the browser brought, which anybody can make up, and says nothing of the provider's state. */
  readonly isFromBrowser: boolean;

  constructor(reason: UpstreamErrorReason, message: string, options: { readonly isFromBrowser?: boolean } = {}) {
    super(message);
    this.name = 'UpstreamError';
    this.reason = reason;
    this.isFromBrowser = options.isFromBrowser ?? false;
  }
}

/** The provider did not answer, and may or may not have carried out what it was asked. */
export class OutcomeUnknownError extends UnavailableError {}
