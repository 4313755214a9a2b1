import { resolveResource } from '../core/authorization/resources.ts';
import {
  effectiveScopes,
  OFFLINE_ACCESS,
  parseScope,
  type ScopeDefinitions,
  unknownScopes,
} from '../core/authorization/scopes.ts';
import type { Grant } from '../core/grants/grant.ts';
import { isBeforeMark, type NotBeforeMarks } from '../core/grants/not-before.ts';
import { OAuthError } from '../core/oauth-error.ts';

/** Scopes about the authorization or the ID token, not about access tokens. They are no reason to refuse a request. */
const IGNORED_SCOPES: readonly string[] = [OFFLINE_ACCESS, 'openid'];

/**
 * The scopes of an access token of a grant. What /authorize dropped or refused is dropped here too, because clients send
 * the same `scope` again (RFC 6749 §3.3). The response says what is left.
 *
 * @throws OAuthError `invalid_scope` for a scope that this server knows and the grant never asked for (RFC 6749 §6)
 */
export const scopesOfGrant = (
  form: URLSearchParams,
  { scopes, refusedScopes = [], droppedScopes = [] }: Grant,
  definitions: ScopeDefinitions,
): readonly string[] => {
  const unknown = unknownScopes(form.get('scope') ?? undefined, [], definitions);
  return narrowedScopes(form, scopes, definitions, [...refusedScopes, ...droppedScopes, ...unknown]);
};

/**
 * The scopes of the access token: the granted ones, or fewer if the request asks for fewer.
 *
 * @param ignored scopes that are left out, unless they were granted
 * @throws OAuthError `invalid_scope` if a requested scope was not granted
 */
export const narrowedScopes = (
  form: URLSearchParams,
  grantedScopes: readonly string[],
  definitions: ScopeDefinitions,
  ignored: readonly string[] = [],
): readonly string[] => {
  const granted = effectiveScopes(grantedScopes, definitions);
  const dropped = new Set([...IGNORED_SCOPES, ...ignored]);
  const narrowed = parseScope(form.get('scope') ?? undefined).filter(
    (scope) => granted.has(scope) || !dropped.has(scope),
  );
  if (narrowed.some((scope) => !granted.has(scope))) {
    throw new OAuthError('invalid_scope', 'The requested scope exceeds the granted scope. Start a new authorization.');
  }
  return narrowed.length > 0 ? narrowed : grantedScopes;
};

/**
 * @param resources identifiers of the resources behind this authorization server
 * @throws OAuthError `invalid_target` when the request names another resource than the grant (RFC 8707 §2.2)
 */
export const assertGrantedResource = (form: URLSearchParams, grant: Grant, resources: readonly string[]): void => {
  const requested = form.getAll('resource');
  if (requested.length === 0 || resolveResource(requested, resources) === grant.resource) return;
  throw new OAuthError('invalid_target', 'The requested resource is not the one that was authorized.');
};

/** @throws OAuthError `invalid_grant` when a not-before mark voids the grant, in any of its states */
export const assertNotBeforeMark = (grant: Grant, marks: NotBeforeMarks | undefined): void => {
  if (!isBeforeMark(marks, grant)) return;
  throw new OAuthError('invalid_grant', 'This authorization has been revoked. Start a new authorization.', {
    detail: 'issued before the not-before mark',
  });
};

/**
 * @throws OAuthError `invalid_grant` when no configured server has the resource of the grant: the server was removed, or
 *   the issuer has moved. Its token would work nowhere.
 */
export const assertConfiguredResource = (grant: Grant, resources: readonly string[]): void => {
  if (resources.includes(grant.resource)) return;
  throw new OAuthError('invalid_grant', 'This authorization is for a server that is gone. Start a new authorization.', {
    detail: 'the resource of the grant is not configured',
  });
};
