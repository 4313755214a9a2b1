import { neededIdentity } from '../core/authorization/access-rules.ts';
import type { AuthorizationRequest } from '../core/authorization/transaction.ts';
import { newId } from '../core/crypto.ts';
import { EXPIRED_CODE_RETENTION_SECONDS, newAuthorizationCode } from '../core/grants/authorization-code.ts';
import type { Grant } from '../core/grants/grant.ts';
import type { UpstreamIdentity } from '../core/upstream/identity.ts';
import { canBeRefreshed, neededTokens, newUpstreamState, type UpstreamTokens } from '../core/upstream/session.ts';
import type { IdentityProvider } from '../runtime/services/identity-providers.ts';
import type { CallbackDeps } from './deps.ts';

/** Who logged in, as the provider said it and under the name that stands for it here. */
export interface Person {
  readonly identity: UpstreamIdentity;
  readonly subject: string;
  readonly tokens: UpstreamTokens;
}

/** A grant for as much of what was asked as the person may have, and the code that stands for it. */
export const newGrant = async (
  deps: Pick<CallbackDeps, 'access' | 'authorizationCodeSeconds' | 'tokenVault'>,
  provider: IdentityProvider,
  request: AuthorizationRequest,
  scopes: readonly string[],
  { identity, subject, tokens }: Person,
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
    subject,
    identity: neededIdentity(identity, scopes, deps.access),
    status: 'issued',
    codeHash,
    codeExpiresAt,
    ...(await keptBeside(deps, provider, grantId, tokens, now)),
    issuedAt: now,
    expiresAt: codeExpiresAt + EXPIRED_CODE_RETENTION_SECONDS,
  };
  return { grant, code };
};

/** Nothing, unless the provider is to be asked again or a backend may have its tokens. */
const keptBeside = async (
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
