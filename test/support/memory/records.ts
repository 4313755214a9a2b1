import type { AuthorizationTransaction } from '../../../lambdas/core/authorization/transaction.ts';
import type { Client } from '../../../lambdas/core/clients/client.ts';
import { newId, sha256 } from '../../../lambdas/core/crypto.ts';
import type { Grant } from '../../../lambdas/core/grants/grant.ts';
import { codeChallengeOf } from '../../../lambdas/core/grants/pkce.ts';
import { firstRefreshToken, type RefreshStep } from '../../../lambdas/core/grants/refresh-token.ts';

/** Epoch seconds at which the test records are current. */
export const NOW = 1_800_000_000;

export const ISSUER = 'https://gate.example.com';
export const RESOURCE = `${ISSUER}/mcp`;
export const REDIRECT_URI = 'http://127.0.0.1:51000/callback';

/** RFC 7636 Appendix B. */
export const CODE_VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

export const REFRESH_LIFETIMES = { idleSeconds: 30 * 86_400, absoluteSeconds: 90 * 86_400, graceSeconds: 60 };

export const testClient = (overrides: Partial<Client> = {}): Client => ({
  clientId: `client-${newId()}`,
  source: 'registered',
  clientName: 'A test client',
  redirectUris: [REDIRECT_URI],
  grantTypes: ['authorization_code', 'refresh_token'],
  tokenEndpointAuthMethods: ['none'],
  issuedAt: NOW,
  expiresAt: NOW + 90 * 86_400,
  ...overrides,
});

export const testGrant = (overrides: Partial<Grant> = {}): Grant => ({
  grantId: newId(),
  clientId: 'client-1',
  redirectUri: REDIRECT_URI,
  codeChallenge: codeChallengeOf(CODE_VERIFIER),
  resource: RESOURCE,
  scopes: ['mcp', 'email'],
  subject: 'subject-of-ada',
  identity: {
    identityProviderId: 'company',
    issuer: 'https://login.example.com',
    subject: 'ada-upstream',
    email: 'ada@example.com',
    emailVerified: true,
    name: 'Ada Lovelace',
  },
  status: 'issued',
  codeHash: sha256('a code'),
  codeExpiresAt: NOW + 60,
  issuedAt: NOW,
  expiresAt: NOW + 600,
  ...overrides,
});

/** A grant whose code was redeemed, with its first refresh token. */
export const redeemedGrant = (overrides: Partial<Grant> = {}): { grant: Grant; first: RefreshStep } => {
  const grantId = newId();
  const first = firstRefreshToken(grantId, REFRESH_LIFETIMES, NOW);
  const expiresAt = first.family.idleExpiresAt;
  const redeemed = { grantId, status: 'redeemed', clientAuthMethod: 'none', family: first.family, expiresAt } as const;
  return { grant: testGrant({ ...redeemed, ...overrides }), first };
};

export const testTransaction = (overrides: Partial<AuthorizationTransaction> = {}): AuthorizationTransaction => ({
  transactionId: newId(),
  request: {
    clientId: 'client-1',
    clientSource: 'registered',
    redirectUri: REDIRECT_URI,
    state: 'state of the client',
    codeChallenge: codeChallengeOf(CODE_VERIFIER),
    scopes: ['mcp'],
    resource: RESOURCE,
  },
  identityProviderId: 'company',
  status: 'approved',
  leg: 1,
  sealingKeyId: 'key-1',
  expiresAt: NOW + 600,
  ...overrides,
});
