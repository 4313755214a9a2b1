import type { TokenEndpointAuthMethod } from '../clients/client.ts';
import type { UpstreamIdentity } from '../upstream/identity.ts';
import type { UpstreamState } from '../upstream/session.ts';

/** The index of the grants table that lists the grants of one subject. KEYS_ONLY, so that no code decides by it. */
export const SUBJECT_INDEX = 'bySubject';

/** The refresh tokens that descend from one authorization (RFC 9700 §4.14.2). Only hashes are stored. */
export interface RefreshFamily {
  readonly familySecretHash: string;
  /** 1 for the token issued with the code, then one more for each rotation. */
  readonly generation: number;
  readonly generationSecretHash: string;
  /** The immediate predecessor, which within the grace time is answered with the very same successor. */
  readonly previousGenerationSecretHash?: string;
  /** Salt from which the current generation's secret was derived (base64url); absent in generation 1. */
  readonly rotationSalt?: string;
  /** Epoch seconds of the last rotation (or of the redemption). */
  readonly rotatedAt: number;
  readonly idleExpiresAt: number;
  /** Never moved by a rotation. */
  readonly absoluteExpiresAt: number;
}

/** One authorization by one person for one client and one protected resource: first its code, then its refresh family. */
export interface Grant {
  readonly grantId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly codeChallenge: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  /** Scopes that were asked for and that this person may not have; absent when there were none. */
  readonly refusedScopes?: readonly string[];
  /** The `sub` of access tokens: an HMAC of upstream issuer and subject. */
  readonly subject: string;
  readonly identity: UpstreamIdentity;
  /** `issued`: the code waits. `redeemed`: tokens were issued. `revoked`: final. */
  readonly status: 'issued' | 'redeemed' | 'revoked';
  readonly codeHash: string;
  /** Epoch seconds. */
  readonly codeExpiresAt: number;
  /** How the client authenticated at redemption; a refresh may not be weaker. Absent until redeemed. */
  readonly clientAuthMethod?: TokenEndpointAuthMethod;
  /** Absent until redeemed, and for clients that registered without the refresh_token grant. */
  readonly family?: RefreshFamily;
  /** Only where its provider has `recheck` or `keepTokens`, and until it is revoked. */
  readonly upstream?: UpstreamState;
  readonly issuedAt: number;
  /** Epoch seconds: the row's end of life (TTL); every read checks it. */
  readonly expiresAt: number;
}

/**
 * Whether anything may still come of it: `expiresAt` of a redeemed one holds until the last token of it has ended, and of
 * one that is not, longer than its code. @param now epoch seconds
 */
export const isLive = (
  { status, codeExpiresAt, expiresAt }: Pick<Grant, 'status' | 'codeExpiresAt' | 'expiresAt'>,
  now: number,
): boolean => (status === 'issued' ? codeExpiresAt > now : status === 'redeemed' && expiresAt > now);
