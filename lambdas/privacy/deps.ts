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
  /** Makes whatever that person's access tokens can do end within a minute, and their refresh tokens at once. */
  readonly endTokens: (subject: string) => Promise<void>;
  /** Lets that many milliseconds pass. */
  readonly pause: (milliseconds: number) => Promise<unknown>;
  readonly now: Clock;
  readonly log: Log;
}
