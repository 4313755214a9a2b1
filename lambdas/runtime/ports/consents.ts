import type { RememberedConsent } from '../../core/authorization/consent.ts';

export interface ConsentStore {
  /** The remembered consents of one person that are not past their time, strongly consistent. */
  findConsents(subject: string, now: number): Promise<readonly RememberedConsent[]>;
  /** Adds one, in place of what was said of the same before; of too many the oldest is forgotten. One conditional write. */
  rememberConsent(subject: string, consent: RememberedConsent, now: number): Promise<void>;
  /** Forgets those of them that are there. One conditional write. */
  forgetConsents(subject: string, consentIds: readonly string[], now: number): Promise<void>;
}

/** For the function `privacy` only. */
export interface ConsentEraser {
  /** Deletes all that is remembered for that person, past its time or not; false when there was nothing. */
  deleteConsents(subject: string): Promise<boolean>;
}

/** Whose consents this browser remembers: AEAD, as long as a consent is remembered. It logs nobody in. */
export interface RememberedBrowserSealer {
  seal(subject: string, now: number): Promise<string>;
  /** The subject; undefined when it was altered or has expired. */
  open(sealed: string, now: number): Promise<string | undefined>;
}

/** For deployments that remember consents. */
export interface Remembering {
  readonly consents: ConsentStore;
  readonly persons: RememberedBrowserSealer;
}
