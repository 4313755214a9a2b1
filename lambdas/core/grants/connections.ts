import { type RedirectTarget, redirectTarget } from '../clients/redirect-uri.ts';
import { sha256 } from '../crypto.ts';
import { type Grant, isLive } from './grant.ts';
import { isBeforeMark, type NotBeforeMarks } from './not-before.ts';

/** What one client may do for one user at one server, with any number of grants. Times are epoch seconds. */
export interface Connection {
  readonly connectionId: string;
  readonly clientId: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  /** Where the responses went, without duplicates. */
  readonly receivers: readonly RedirectTarget[];
  /** Each machine, and each new login, adds a grant. */
  readonly grantCount: number;
  readonly since: number;
  readonly lastUsed: number;
}

/** Identifies one of the user's own connections in a form. */
export const connectionIdOf = ({ clientId, resource }: Pick<Grant, 'clientId' | 'resource'>): string =>
  sha256(JSON.stringify([clientId, resource]));

/**
 * Whether an access token of the grant can still be valid. The last one was issued at the last use, or at the latest when
 * the code expired.
 *
 * @param longestTokenSeconds the longest lifetime of any access token
 * @param now epoch seconds
 */
export const mayHaveTokens = (
  { family, codeExpiresAt }: Pick<Grant, 'family' | 'codeExpiresAt'>,
  longestTokenSeconds: number,
  now: number,
): boolean => Math.max(codeExpiresAt, family?.rotatedAt ?? 0) + longestTokenSeconds > now;

/** One user's live grants, grouped by client and server, the most recently used first. */
export const connectionsOf = (
  grants: readonly Grant[],
  marks: NotBeforeMarks | undefined,
  now: number,
): readonly Connection[] => {
  const live = grants.filter((grant) => isLive(grant, now) && !isBeforeMark(marks, grant));
  return [...Map.groupBy(live, connectionIdOf)]
    .map(([connectionId, ofConnection]) => toConnection(connectionId, ofConnection))
    .sort((a, b) => b.lastUsed - a.lastUsed);
};

const toConnection = (connectionId: string, grants: readonly Grant[]): Connection => {
  const targets = grants.map(({ redirectUri }) => redirectTarget(redirectUri));
  return {
    connectionId,
    clientId: grants[0]?.clientId ?? '',
    resource: grants[0]?.resource ?? '',
    scopes: [...new Set(grants.flatMap(({ scopes }) => scopes))],
    receivers: [...new Map(targets.map((target) => [target.name, target])).values()],
    grantCount: grants.length,
    since: Math.min(...grants.map(({ issuedAt }) => issuedAt)),
    lastUsed: Math.max(...grants.map(({ family, issuedAt }) => family?.rotatedAt ?? issuedAt)),
  };
};
