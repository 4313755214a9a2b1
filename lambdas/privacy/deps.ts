import type {
  Clock,
  ConsentEraser,
  ConsentStore,
  GrantDirectory,
  GrantEraser,
  Log,
  SecretReader,
} from '../runtime/ports/index.ts';

export interface PrivacyDeps {
  readonly identityProviders: Readonly<Record<string, { readonly issuer: string }>>;
  readonly subjectSecret: SecretReader;
  readonly grants: GrantDirectory & GrantEraser;
  readonly consents: Pick<ConsentStore, 'findConsents'> & ConsentEraser;
  /** Ends the user's refresh tokens at once, and the access tokens within 60 seconds. Throws UnavailableError. */
  readonly endTokens: (subject: string) => Promise<void>;
  /** Waits for this many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<unknown>;
  readonly now: Clock;
  readonly log: Log;
}
