import type { Client } from '../../../lambdas/core/clients/client.ts';
import { newId } from '../../../lambdas/core/crypto.ts';
import {
  EXPIRED_CODE_RETENTION_SECONDS,
  newAuthorizationCode,
} from '../../../lambdas/core/grants/authorization-code.ts';
import type { Grant } from '../../../lambdas/core/grants/grant.ts';
import { FAILURE_LIMIT } from '../../../lambdas/core/net/rate-limit-window.ts';
import { RateLimiter } from '../../../lambdas/runtime/services/rate-limiter.ts';
import type { TokenDeps } from '../../../lambdas/token/grant-type.ts';
import { tokenHandler } from '../../../lambdas/token/handler.ts';
import { LocalSigner, newTestKey, ringOf, type TestKey } from '../credentials/signing-key.ts';
import { formPoster, memoryLog } from '../http/post-form.ts';
import { MemoryGrantStore } from './memory-grant-store.ts';
import { MemoryClientStore, MemoryCounterStore, MemoryKeyRingStore, MemoryRevokedGrantStore } from './memory-stores.ts';
import { MemoryTokenVault } from './memory-vault.ts';
import {
  CODE_VERIFIER,
  ISSUER,
  NOW,
  REDIRECT_URI,
  REFRESH_LIFETIMES,
  RESOURCE,
  testClient,
  testGrant,
} from './records.ts';

let sharedKey: TestKey | undefined;

/** A token endpoint over doubles, with a clock to turn. */
export const startTokenEndpoint = (overrides: Partial<TokenDeps> = {}) => {
  sharedKey ??= newTestKey();
  const key = sharedKey;
  const clock = { now: NOW };
  const clients = new MemoryClientStore();
  const grants = new MemoryGrantStore();
  const keyRings = new MemoryKeyRingStore(ringOf(key));
  const revokedGrants = new MemoryRevokedGrantStore();
  const signer = new LocalSigner(key);
  const memory = memoryLog();
  const counters = new MemoryCounterStore();
  const failures = new RateLimiter({ limit: FAILURE_LIMIT, counters, log: memory.log, random: () => 0 });
  const deps: TokenDeps = {
    issuer: ISSUER,
    accessTokenSeconds: 3600,
    refreshTokens: REFRESH_LIFETIMES,
    resources: [RESOURCE],
    access: { rules: 'everyone', providers: {} },
    identityProviderKinds: new Map([['company', 'oidc']]),
    keptProviders: new Map(),
    sleep: async () => {},
    tokenVault: new MemoryTokenVault(),
    recheckSeconds: 900,
    recheckOutageSeconds: 86_400,
    scopes: { mcp: {}, 'mcp:write': { implies: ['mcp'] }, email: {}, profile: {} },
    clients,
    grants,
    keyRings,
    revokedGrants,
    signer,
    failures,
    now: () => clock.now,
    log: memory.log,
    ...overrides,
  };
  const post = formPoster(tokenHandler(deps), '/token', memory.log);

  const registered = async (client: Partial<Client> = {}): Promise<Client> => {
    const stored = testClient(client);
    await clients.putClient(stored);
    return stored;
  };
  const issueCode = async (client: Client, grant: Partial<Grant> = {}) => {
    const grantId = newId();
    const { code, codeHash } = newAuthorizationCode(grantId);
    const { clientId } = client;
    const codeExpiresAt = clock.now + 60;
    const times = { issuedAt: clock.now, codeExpiresAt, expiresAt: codeExpiresAt + EXPIRED_CODE_RETENTION_SECONDS };
    await grants.createGrant(testGrant({ grantId, codeHash, clientId, ...times, ...grant }));
    return { grantId, code };
  };
  const redemption = (client: Client, code: string) => ({
    grant_type: 'authorization_code',
    client_id: client.clientId,
    code,
    code_verifier: CODE_VERIFIER,
    redirect_uri: REDIRECT_URI,
  });
  const refresh = (client: Client, refreshToken: unknown) => ({
    grant_type: 'refresh_token',
    client_id: client.clientId,
    refresh_token: String(refreshToken),
  });
  /** A client with a redeemed code, and its first refresh token. */
  const signedIn = async (client: Partial<Client> = {}, grant: Partial<Grant> = {}) => {
    const stored = await registered(client);
    const { grantId, code } = await issueCode(stored, grant);
    const { body } = await post(redemption(stored, code));
    return {
      client: stored,
      grantId,
      code,
      refreshToken: String(body.refresh_token),
      accessToken: String(body.access_token),
    };
  };
  return {
    ...memory,
    key,
    clock,
    clients,
    grants,
    keyRings,
    revokedGrants,
    signer,
    counters,
    failures,
    post,
    registered,
    issueCode,
    redemption,
    refresh,
    signedIn,
  };
};
