import { sha256 } from '../../../../lambdas/core/crypto.ts';
import type { UpstreamIdentity } from '../../../../lambdas/core/upstream/identity.ts';
import { newUpstreamState } from '../../../../lambdas/core/upstream/session.ts';
import type { UpstreamIdp } from '../../../../lambdas/runtime/ports/index.ts';
import { basic } from '../../../support/http/post-form.ts';
import { MemoryTokenVault } from '../../../support/memory/memory-vault.ts';
import { NOW, testGrant } from '../../../support/memory/records.ts';
import { startTokenEndpoint } from '../../../support/memory/token-endpoint.ts';
import { OneTimeProvider } from '../../../support/providers/one-time-provider.ts';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
export const ADA: UpstreamIdentity = testGrant().identity;
export const LEASE_SECONDS = 30;

/** A caller whose provider's tokens are kept, and the resource client of the server that was called. */
export const called = async ({
  recheck = false,
  keepTokens = true,
  canBeRefreshed = true,
  issuer = ADA.issuer,
} = {}) => {
  const vault = new MemoryTokenVault();
  const provider = new OneTimeProvider(ADA, () => server.clock.now);
  const idp = provider as unknown as UpstreamIdp;
  const waits: number[] = [];
  const server = startTokenEndpoint({
    tokenVault: vault,
    keptProviders: new Map([
      ['company', { id: 'company', kind: 'oidc', issuer, displayName: 'Company', idp, recheck, keepTokens }],
    ]),
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
  const resourceClient = await server.registered({
    clientId: 'resource-mcp',
    source: 'configured',
    grantTypes: [TOKEN_EXCHANGE],
    tokenEndpointAuthMethods: ['client_secret_basic'],
    clientSecretHash: sha256('secret'),
    resourceServerPath: '/mcp',
  });
  const session = await server.signedIn();
  const { grantId, accessToken } = session;
  const row = () => {
    const found = server.grants.rows.get(grantId);
    if (!found) throw new Error('the grant is gone');
    return found;
  };
  const tokens = await vault.seal(grantId, provider.tokens());
  server.grants.rows.set(grantId, { ...row(), upstream: newUpstreamState(tokens, { canBeRefreshed }, NOW) });
  const exchange = (change: Readonly<Record<string, string | undefined>> = {}, clientId = resourceClient.clientId) =>
    server.post(
      {
        grant_type: TOKEN_EXCHANGE,
        subject_token: accessToken,
        subject_token_type: ACCESS_TOKEN,
        ...change,
      },
      { authorization: basic(clientId, 'secret') },
    );
  return { server, vault, provider, session, row, exchange, waits };
};
