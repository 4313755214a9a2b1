import type { UpstreamIdentity } from '../../../../lambdas/core/upstream/identity.ts';
import { newUpstreamState } from '../../../../lambdas/core/upstream/session.ts';
import type { UpstreamIdp } from '../../../../lambdas/runtime/ports/index.ts';
import type { TokenDeps } from '../../../../lambdas/token/grant-type.ts';
import { MemoryTokenVault } from '../../../support/memory/memory-vault.ts';
import { NOW, testGrant } from '../../../support/memory/records.ts';
import { startTokenEndpoint } from '../../../support/memory/token-endpoint.ts';
import { OneTimeProvider } from '../../../support/providers/one-time-provider.ts';

export const DUE_SECONDS = 900;
export const LIMIT_SECONDS = 86_400;
export const LEASE_SECONDS = 30;
export const ADA: UpstreamIdentity = testGrant().identity;

/** A user who logged in at a provider with `recheck`, long enough ago for it to be asked again. */
export const connected = async (
  overrides: Partial<TokenDeps> = {},
  { withTokens = true, issuer = ADA.issuer } = {},
) => {
  const vault = new MemoryTokenVault();
  const provider = new OneTimeProvider(ADA, () => server.clock.now);
  const idp = provider as unknown as UpstreamIdp;
  const server = startTokenEndpoint({
    tokenVault: vault,
    keptProviders: new Map([
      ['company', { id: 'company', kind: 'oidc', issuer, displayName: 'Company', idp, recheck: true }],
    ]),
    ...overrides,
  });
  const session = await server.signedIn();
  const { grantId } = session;
  const row = () => {
    const found = server.grants.rows.get(grantId);
    if (!found) throw new Error('the grant is gone');
    return found;
  };
  const tokens = withTokens ? await vault.seal(grantId, { refreshToken: 'upstream-refresh-0' }) : undefined;
  server.grants.rows.set(grantId, {
    ...row(),
    upstream: newUpstreamState(tokens, { canBeRefreshed: true }, NOW),
    expiresAt: NOW + 400 * 86_400,
  });
  server.clock.now = NOW + DUE_SECONDS;
  let current = session.refreshToken;
  const refresh = async () => {
    const answer = await server.post(server.refresh(session.client, current));
    if (answer.status === 200) current = String(answer.body.refresh_token);
    return answer;
  };
  const outcomes = () =>
    server.events.filter(({ event }) => event === 'upstream_rechecked').map(({ fields }) => fields.outcome);
  return { server, provider, vault, row, refresh, outcomes, session };
};
