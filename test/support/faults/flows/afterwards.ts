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

// What must hold when a fault is gone.

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

/** What was delivered works: the access token at the door, the refresh token once more. */
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

/** Whatever a code yielded it yields once: whoever comes with it again gets nothing, and ends the family. */
export const mustBeUsedUp = async (cloud: WalkGround, code: Code): Promise<void> => {
  const again = await redeem(cloud, code);
  must(isInvalidGrant(again), `the code is answered ${again.status} a second time`);
};
