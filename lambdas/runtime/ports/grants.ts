import type { Transaction } from '../../core/authorization/transaction.ts';
import type { Grant, RefreshFamily } from '../../core/grants/grant.ts';
import type { UpstreamIdentity } from '../../core/upstream/identity.ts';
import type { UpstreamState } from '../../core/upstream/session.ts';

export interface TransactionStore {
  /**
   * Approves in one write; the same seal approved again is the same row, and keeps its leg.
   * `used` when the seal's transaction is already past `approved`.
   */
  approve(transaction: Transaction): Promise<Transaction | 'used'>;
  /**
   * Takes an approved, unexpired transaction for exchange at the upstream; of parallel callers exactly one wins.
   * `gone`: no such transaction, expired, or another leg; `used`: taken before.
   */
  takeForExchange(
    transactionId: string,
    expected: { identityProviderId: string; leg: number; now: number },
  ): Promise<Transaction | 'gone' | 'used'>;
  /** After an upstream fault: back to `approved` with the next leg, which is returned. */
  releaseForRetry(transactionId: string, leg: number): Promise<Transaction>;
}

export interface GrantStore {
  /** Stores a new grant, with its unredeemed code. */
  createGrant(grant: Grant): Promise<void>;
  /** Strongly consistent; undefined when unknown or past `expiresAt`. */
  findGrant(grantId: string, now: number): Promise<Grant | undefined>;
  /** `issued` → `redeemed`, exactly once. */
  redeemCode(
    grant: Grant,
    redemption: Pick<Grant, 'clientAuthMethod' | 'family' | 'expiresAt'>,
  ): Promise<'redeemed' | 'lost'>;
  /**
   * Moves the family from `grant.family`'s generation to `successor`, exactly once. `lost`: somebody else moved
   * it first, with the row as it is now (undefined when it is gone).
   */
  rotateRefreshToken(
    grant: Grant,
    successor: RefreshFamily,
    expiresAt: number,
  ): Promise<'rotated' | { lost: Grant | undefined }>;
  /**
   * Moves `upstream` from `grant.upstream`'s version to the next, exactly once, and with it the identity where one is given.
   * `lost`: somebody else moved it first, or the grant was revoked; with the row as it is now (undefined when it is gone).
   */
  replaceUpstream(
    grant: Grant,
    change: { readonly upstream: UpstreamState; readonly identity?: UpstreamIdentity },
  ): Promise<'replaced' | { lost: Grant | undefined }>;
  /** Adds to what the person was refused, so that the same request is known next time. One that is gone or revoked stays so. */
  noteRefusedScopes(grant: Grant, scopes: readonly string[]): Promise<void>;
  /** Revokes code and family; what is kept of the provider's tokens goes in the same write. Final. A grant that is gone or revoked already is no error. */
  revokeGrant(grantId: string): Promise<void>;
}

export interface GrantDirectory {
  /**
   * One person's grants, revoked ones too, newest first. Which there are an index says, a moment late: one created just
   * now may be missing, and whoever must reach all asks twice. What they are is read from the rows, strongly consistent:
   * a grant that is gone, or whose `expiresAt` (epoch seconds) has come by `now`, is left out.
   */
  grantsOfSubject(subject: string, now: number): Promise<readonly Grant[]>;
}

/** For the function `privacy` only. */
export interface GrantEraser {
  /**
   * Deletes every grant of that person which the index names, whatever its state and age, and says how many there were.
   * The index is a moment late: whoever must reach all asks twice.
   */
  deleteGrantsOfSubject(subject: string): Promise<number>;
}

export interface CounterStore {
  /** Adds one and says how many there are; a counter begins at zero, and may be gone after `expiresAt` (epoch seconds). */
  increment(counterId: string, expiresAt: number): Promise<number>;
}
