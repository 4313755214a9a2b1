import { neededIdentity } from '../core/authorization/access-rules.ts';
import type { AuthorizationRequest } from '../core/authorization/transaction.ts';
import { newId } from '../core/crypto.ts';
import { EXPIRED_CODE_RETENTION_SECONDS, newAuthorizationCode } from '../core/grants/authorization-code.ts';
import type { Grant } from '../core/grants/grant.ts';
import type { ClaimFindings } from '../core/upstream/claims.ts';
import type { UpstreamIdentity } from '../core/upstream/identity.ts';
import { canBeRefreshed, neededTokens, newUpstreamState, type UpstreamTokens } from '../core/upstream/session.ts';
import type { IdentityProvider } from '../runtime/services/identity-providers.ts';
import type { CallbackDeps } from './deps.ts';

/** The user who logged in: the provider's description, our subject, and the provider's tokens. */
export interface AuthenticatedUser {
  readonly identity: UpstreamIdentity;
  readonly subject: string;
  readonly tokens: UpstreamTokens;
  /** What the provider said of the claims that rules read. For the log. */
  readonly foundClaims?: ClaimFindings | undefined;
}

/** A new grant for the scopes that the user may have, and its code. @param now epoch seconds */
export const newGrant = async (
  deps: Pick<CallbackDeps, 'access' | 'authorizationCodeSeconds' | 'tokenVault'>,
  provider: IdentityProvider,
  request: AuthorizationRequest,
  scopes: readonly string[],
  { identity, subject, tokens }: AuthenticatedUser,
  now: number,
): Promise<{ readonly grant: Grant; readonly code: string }> => {
  const refusedScopes = request.scopes.filter((scope) => !scopes.includes(scope));
  const grantId = newId();
  const { code, codeHash } = newAuthorizationCode(grantId);
  const codeExpiresAt = now + deps.authorizationCodeSeconds;
  const grant: Grant = {
    grantId,
    clientId: request.clientId,
    redirectUri: request.redirectUri,
    codeChallenge: request.codeChallenge,
    resource: request.resource,
    scopes,
    ...(refusedScopes.length === 0 ? {} : { refusedScopes }),
    ...(request.droppedScopes === undefined ? {} : { droppedScopes: request.droppedScopes }),
    subject,
    identity: neededIdentity(identity, scopes, deps.access),
    status: 'issued',
    codeHash,
    codeExpiresAt,
    ...(await upstreamState(deps, provider, grantId, tokens, now)),
    issuedAt: now,
    expiresAt: codeExpiresAt + EXPIRED_CODE_RETENTION_SECONDS,
  };
  return { grant, code };
};

/** Empty unless the provider has `recheck` or `keepTokens`. */
const upstreamState = async (
  { tokenVault }: Pick<CallbackDeps, 'tokenVault'>,
  provider: IdentityProvider,
  grantId: string,
  tokens: UpstreamTokens,
  now: number,
): Promise<Pick<Grant, 'upstream'>> => {
  if (!provider.recheck && !provider.keepTokens) return {};
  const needed = neededTokens(tokens, provider);
  const sealed = needed && (await tokenVault.seal(grantId, needed));
  return { upstream: newUpstreamState(sealed, { canBeRefreshed: canBeRefreshed(tokens, provider.kind) }, now) };
};
