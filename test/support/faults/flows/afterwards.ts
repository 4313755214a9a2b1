import {
  type Code,
  callMcp,
  type JsonAnswer,
  type RegisteredClient,
  redeem,
  refresh,
  type Session,
} from '../../http/oauth-requests.ts';
import type { WalkGround } from '../walk-ground.ts';

// The checks after a fault has ended.

export const must = (isSo: boolean, what: string): void => {
  if (!isSo) throw new Error(`afterwards: ${what}`);
};
export const isOk = ({ status }: { readonly status: number }): boolean => status === 200;
export const isInvalidGrant = ({ status, body }: JsonAnswer): boolean =>
  status === 400 && body.error === 'invalid_grant';

export const sessionOf = (client: RegisteredClient, { body }: JsonAnswer): Session => ({
  client,
  accessToken: body.access_token,
  refreshToken: body.refresh_token,
});

/** Checks that the delivered tokens work: the access token at the MCP server, the refresh token at /token. */
export const mustWork = async (cloud: WalkGround, session: Session): Promise<void> => {
  const called = await callMcp(cloud.mcpUrl, session.accessToken);
  must(isOk(called), `the delivered access token is answered ${called.status}`);
  const refreshed = await refresh(cloud, session.client, session.refreshToken);
  must(
    isOk(refreshed),
    `the delivered refresh token is answered ${refreshed.status} ${JSON.stringify(refreshed.body)}`,
  );
};

export const mustBeDead = async (cloud: WalkGround, { client, refreshToken }: Session): Promise<void> => {
  const answer = await refresh(cloud, client, refreshToken);
  must(isInvalidGrant(answer), `a token that was ended is answered ${answer.status} ${JSON.stringify(answer.body)}`);
};

/** Checks that a code works once. A second redemption is refused. */
export const mustBeUsedUp = async (cloud: WalkGround, code: Code): Promise<void> => {
  const again = await redeem(cloud, code);
  must(isInvalidGrant(again), `the code is answered ${again.status} a second time`);
};
