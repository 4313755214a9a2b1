import type { RememberedConsent } from '../../core/authorization/consent.ts';

export interface ConsentStore {
  /** The user's consents that have not expired; strongly consistent. */
  findConsents(subject: string, now: number): Promise<readonly RememberedConsent[]>;
  /** Adds a consent, or replaces the one with the same id. Drops the oldest beyond the limit. One conditional write. */
  rememberConsent(subject: string, consent: RememberedConsent, now: number): Promise<void>;
  /** Removes those of the consents that exist. One conditional write. */
  forgetConsents(subject: string, consentIds: readonly string[], now: number): Promise<void>;
}

/** For the function `privacy` only. */
export interface ConsentEraser {
  /** Deletes all consents of a user, expired or not. Returns false when there were none. */
  deleteConsents(subject: string): Promise<boolean>;
}
