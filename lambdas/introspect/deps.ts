import type { ClientVerifiers } from '../core/clients/authentication.ts';
import type { Client } from '../core/clients/client.ts';
import type { ClientResolver, Clock, GrantStore, KeyRingStore, Log } from '../runtime/ports/index.ts';
import type { RateLimiter } from '../runtime/services/rate-limiter.ts';

export interface IntrospectDeps extends ClientVerifiers {
  readonly issuer: string;
  readonly refreshGraceSeconds: number;
  readonly clients: Pick<ClientResolver, 'findClient'>;
  readonly configuredClients: ReadonlyMap<string, Client>;
  readonly grants: Pick<GrantStore, 'findGrant'>;
  readonly keyRings: KeyRingStore;
  /** Limits the wrong secrets and assertions of each client. */
  readonly failures: RateLimiter;
  readonly now: Clock;
  readonly log: Log;
}
