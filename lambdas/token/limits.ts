import type { Grant } from '../shared/core/grant.ts';
import { OAuthError } from '../shared/core/oauth-error.ts';
import { resolveResource } from '../shared/core/resources.ts';
import { effectiveScopes, OFFLINE_ACCESS, type ScopeDefinitions } from '../shared/core/scopes.ts';

/** Say something about the authorization, nothing about an access token: never a reason to refuse one. */
const WITHOUT_MEANING_HERE: readonly string[] = [OFFLINE_ACCESS, 'openid'];

/**
 * The scopes of the access token to issue: the grant's, or fewer when the request asks for fewer (RFC 6749 §6).
 * @throws OAuthError `invalid_scope` for any that the grant does not hold
 */
export const narrowedScopes = (
  form: URLSearchParams,
  grant: Grant,
  definitions: ScopeDefinitions,
): readonly string[] => {
  const requested = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const granted = effectiveScopes(grant.scopes, definitions);
  const narrowed = [...new Set(requested)].filter(
    (scope) => granted.has(scope) || !WITHOUT_MEANING_HERE.includes(scope),
  );
  if (narrowed.some((scope) => !granted.has(scope))) {
    throw new OAuthError('invalid_scope', 'The requested scope exceeds what was granted. Start a new authorization.');
  }
  return narrowed.length > 0 ? narrowed : grant.scopes;
};

/** @throws OAuthError `invalid_target` when another resource is asked for than was granted (RFC 8707 §2.2) */
export const assertGrantedResource = (form: URLSearchParams, grant: Grant): void => {
  resolveResource(form.getAll('resource'), [grant.resource]);
};
