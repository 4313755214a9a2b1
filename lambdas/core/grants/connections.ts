import { type RedirectTarget, redirectTarget } from '../clients/redirect-uri.ts';
import { sha256 } from '../crypto.ts';
import { type Grant, isLive } from './grant.ts';
import { isBeforeMark, type NotBeforeMarks } from './not-before.ts';

/** What one program may do for one person at one server, over however many authorizations. Times are epoch seconds. */
export interface Connection {
  readonly connectionId: string;
  readonly clientId: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  /** Where its answers went, each once. */
  readonly receivers: readonly RedirectTarget[];
  /** How many authorizations it has: one for each machine, and for each time somebody connected it anew. */
  readonly grantCount: number;
  readonly since: number;
  readonly lastUsed: number;
}

/** Names a person's connection in a form. It means nothing for anybody else. */
export const connectionIdOf = ({ clientId, resource }: Pick<Grant, 'clientId' | 'resource'>): string =>
  sha256(JSON.stringify([clientId, resource]));

/** One person's grants as they would think of them: per program and server, the latest used first. */
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
