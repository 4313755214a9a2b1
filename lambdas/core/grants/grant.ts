import type { TokenEndpointAuthMethod } from '../clients/client.ts';
import type { UpstreamIdentity } from '../upstream/identity.ts';
import type { UpstreamState } from '../upstream/session.ts';

/** The index of the grants table by subject. It is KEYS_ONLY, so that no decision can be based on it. */
export const SUBJECT_INDEX = 'bySubject';

/** The attributes of a grant's row that the authorizer may read, and reads together. */
export const GRANT_STATUS_ATTRIBUTES = ['grantId', 'status', 'schemaVersion'] as const;

/** The refresh tokens that descend from one authorization (RFC 9700 §4.14.2). Only hashes are stored. */
export interface RefreshFamily {
  readonly familySecretHash: string;
  /** 1 for the token issued with the code; each rotation adds one. */
  readonly generation: number;
  readonly generationSecretHash: string;
  /** The immediate predecessor. If presented within the grace time, it gets the same successor again. */
  readonly previousGenerationSecretHash?: string;
  /** Salt from which the current generation's secret was derived (base64url); absent in generation 1. */
  readonly rotationSalt?: string;
  /** Epoch seconds of the last rotation (or of the redemption). */
  readonly rotatedAt: number;
  readonly idleExpiresAt: number;
  /** A rotation never changes it. */
  readonly absoluteExpiresAt: number;
}

/** One authorization by one user for one client and one protected resource: first its code, then its refresh family. */
export interface Grant {
  readonly grantId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly codeChallenge: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  /** Requested scopes that this user may not have. Absent if there were none. */
  readonly refusedScopes?: readonly string[];
  /** Requested scopes that the server did not know. Absent if there were none. */
  readonly droppedScopes?: readonly string[];
  /** The `sub` of access tokens: an HMAC of upstream issuer and subject. */
  readonly subject: string;
  readonly identity: UpstreamIdentity;
  /** `issued`: the code is not redeemed yet. `redeemed`: tokens were issued. `revoked`: final. */
  readonly status: 'issued' | 'redeemed' | 'revoked';
  readonly codeHash: string;
  /** Epoch seconds. */
  readonly codeExpiresAt: number;
  /** Epoch seconds. Absent until redeemed, and in rows of earlier versions. */
  readonly redeemedAt?: number;
  /** How the client authenticated at redemption; a refresh may not be weaker. Absent until redeemed. */
  readonly clientAuthMethod?: TokenEndpointAuthMethod;
  /** Absent until redeemed, and for clients that registered without the refresh_token grant. */
  readonly family?: RefreshFamily;
  /** Present if the provider has `recheck` or `keepTokens`, until the grant is revoked. */
  readonly upstream?: UpstreamState;
  readonly issuedAt: number;
  /** Epoch seconds: when the row expires (TTL). Every read checks it. */
  readonly expiresAt: number;
}

/**
 * Whether the grant can still yield tokens, or has tokens that are valid. A redeemed grant's `expiresAt` covers its last
 * token; an issued grant's `expiresAt` is later than the end of its code.
 *
 * @param now epoch seconds
 */
export const isLive = (
  { status, codeExpiresAt, expiresAt }: Pick<Grant, 'status' | 'codeExpiresAt' | 'expiresAt'>,
  now: number,
): boolean => (status === 'issued' ? codeExpiresAt > now : status === 'redeemed' && expiresAt > now);
