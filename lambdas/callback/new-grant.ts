import { neededIdentity } from '../shared/core/access.ts';
import { newAuthorizationCode } from '../shared/core/authorization-code.ts';
import { newId } from '../shared/core/digest.ts';
import type { Grant, UpstreamIdentity } from '../shared/core/grant.ts';
import type { AuthorizationRequest } from '../shared/core/transaction.ts';
import type { CallbackDeps } from './deps.ts';

/** Who logged in, as the provider said it and under the name that stands for it here. */
export interface Person {
  readonly identity: UpstreamIdentity;
  readonly subject: string;
}

/** A grant for as much of what was asked as the person may have, and the code that stands for it. */
export const newGrant = (
  deps: Pick<CallbackDeps, 'access' | 'authorizationCodeSeconds'>,
  request: AuthorizationRequest,
  scopes: readonly string[],
  { identity, subject }: Person,
  now: number,
): { readonly grant: Grant; readonly code: string } => {
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
    issuedAt: now,
    expiresAt: codeExpiresAt,
  };
  return { grant, code };
};
