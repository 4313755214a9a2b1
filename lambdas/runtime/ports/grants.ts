import type { Transaction } from '../../core/authorization/transaction.ts';
import type { Grant, RefreshFamily } from '../../core/grants/grant.ts';
import type { UpstreamIdentity } from '../../core/upstream/identity.ts';
import type { UpstreamState } from '../../core/upstream/session.ts';

export interface TransactionStore {
  /**
   * Stores an approved login in one write. The same seal approved again is the same row, which keeps its leg.
   *
   * @returns the stored transaction, or `used` when it was already taken for exchange, or the form was denied
   */
  approve(transaction: Transaction): Promise<Transaction | 'used'>;
  /**
   * Stores in one write that the user denied a form, so that it cannot be approved. Denying it again changes nothing.
   *
   * @param expiresAt when the form expires, in epoch seconds
   * @returns `used` when the form was approved before
   */
  deny(transactionId: string, expiresAt: number): Promise<'denied' | 'used'>;
  /**
   * Takes an approved, unexpired transaction for the exchange at the provider. Exactly one of several callers gets it.
   *
   * @returns the transaction; `gone` when it is unknown, expired or in another leg; `used` when it was taken before
   */
  takeForExchange(
    transactionId: string,
    expected: { identityProviderId: string; leg: number; now: number },
  ): Promise<Transaction | 'gone' | 'used'>;
  /** After a fault of the provider: returns the transaction to `approved`, with the next leg. */
  releaseForRetry(transactionId: string, leg: number): Promise<Transaction>;
}

export interface GrantStore {
  /** Stores a new grant with its code, which has not been redeemed yet. */
  createGrant(grant: Grant): Promise<void>;
  /** Finds a grant by a strongly consistent read. Returns undefined when it is unknown or has expired. */
  findGrant(grantId: string, now: number): Promise<Grant | undefined>;
  /** Changes the status from `issued` to `redeemed`, exactly once. */
  redeemCode(
    grant: Grant,
    redemption: Pick<Grant, 'clientAuthMethod' | 'redeemedAt' | 'family' | 'expiresAt'>,
  ): Promise<'redeemed' | 'lost'>;
  /**
   * Moves the family from the generation of `grant.family` to `successor`, exactly once.
   *
   * @returns `lost` when another request did it first, with the current row (undefined when it is gone)
   */
  rotateRefreshToken(
    grant: Grant,
    successor: RefreshFamily,
    expiresAt: number,
  ): Promise<'rotated' | { lost: Grant | undefined }>;
  /**
   * Moves the upstream state from the version of `grant.upstream` to the next, exactly once, together with the identity
   * if one is given.
   *
   * @returns `lost` when another request did it first or the grant was revoked, with the current row (undefined when it
   *   is gone)
   */
  replaceUpstream(
    grant: Grant,
    change: { readonly upstream: UpstreamState; readonly identity?: UpstreamIdentity },
  ): Promise<'replaced' | { lost: Grant | undefined }>;
  /**
   * Revokes the code and the refresh family, and deletes the provider's tokens in the same write. It is no error when the
   * grant is gone or already revoked.
   */
  revokeGrant(grantId: string): Promise<void>;
}

export interface GrantDirectory {
  /**
   * Lists the grants of one user, revoked ones included, newest first. An index names them, so a very recent grant can be
   * missing: call twice to reach all. Each grant itself is read strongly consistently.
   *
   * @param now epoch seconds; grants that have expired by then are left out
   */
  grantsOfSubject(subject: string, now: number): Promise<readonly Grant[]>;
}

/** For the function `privacy` only. */
export interface GrantEraser {
  /**
   * Deletes every grant of a user that the index names, in any state. A very recent grant can be missing from the index:
   * call twice to reach all.
   *
   * @returns the number of deleted grants
   */
  deleteGrantsOfSubject(subject: string): Promise<number>;
}

export interface CounterStore {
  /** Adds one and returns the new count. Counters start at zero and may be deleted after `expiresAt` (epoch seconds). */
  increment(counterId: string, expiresAt: number): Promise<number>;
}
