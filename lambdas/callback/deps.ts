import type { AccessPolicy } from '../core/authorization/access-rules.ts';
import type { AuthorizationTransaction, Transaction } from '../core/authorization/transaction.ts';
import type { HttpRequest } from '../runtime/http/messages.ts';
import type { Site } from '../runtime/pages/site.ts';
import type {
  ClientStore,
  Clock,
  GrantDirectory,
  GrantStore,
  Log,
  SealingKey,
  SealingKeys,
  SecretReader,
  SessionSealer,
  TokenVault,
  TransactionStore,
} from '../runtime/ports/index.ts';
import type { ConsentMemory } from '../runtime/services/consent-memory.ts';
import type { IdentityProvider, IdentityProviders } from '../runtime/services/identity-providers.ts';

export interface CallbackDeps {
  readonly issuer: string;
  readonly site: Site;
  readonly identityProviders: IdentityProviders;
  readonly access: AccessPolicy;
  readonly authorizationCodeSeconds: number;
  readonly refreshTokenAbsoluteDays: number;
  readonly clients: ClientStore;
  readonly transactions: TransactionStore;
  readonly grants: GrantStore;
  readonly grantDirectory: GrantDirectory;
  readonly sealingKeys: SealingKeys;
  readonly sessions: SessionSealer;
  /** Undefined where the configuration remembers no consents. */
  readonly consentMemory: ConsentMemory | undefined;
  readonly subjectSecret: SecretReader;
  readonly tokenVault: Pick<TokenVault, 'seal'>;
  readonly now: Clock;
  readonly log: Log;
}

/** A login that has returned from the provider, with its transaction taken. */
export interface Login {
  readonly request: HttpRequest;
  readonly provider: IdentityProvider;
  readonly key: SealingKey;
  readonly transaction: Transaction;
}

/** A login that a client requested. */
export interface AuthorizationLogin extends Login {
  readonly transaction: AuthorizationTransaction;
}
