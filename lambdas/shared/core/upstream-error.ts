import { UnavailableError } from './oauth-error.ts';

/**
 * Why a login at the identity provider did not end with a person.
 * `denied`: the person, or the provider on their behalf, said no.
 * `rejected`: the answer is not to be trusted.
 * `misconfigured`: the provider does not know us, or we have no credentials for it; only the operator can help.
 */
export type UpstreamErrorReason = 'denied' | 'rejected' | 'misconfigured';

/** `message` is for the log: it names the rule that failed and repeats neither tokens nor codes. */
export class UpstreamError extends Error {
  readonly reason: UpstreamErrorReason;

  constructor(reason: UpstreamErrorReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'UpstreamError';
    this.reason = reason;
  }
}

/** The provider did not answer, and may or may not have carried out what it was asked. */
export class UnansweredError extends UnavailableError {}
