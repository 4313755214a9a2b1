import { resolveResource } from '../core/authorization/resources.ts';
import { effectiveScopes, OFFLINE_ACCESS, type ScopeDefinitions } from '../core/authorization/scopes.ts';
import type { Grant } from '../core/grants/grant.ts';
import { isBeforeMark, type NotBeforeMarks } from '../core/grants/not-before.ts';
import { OAuthError } from '../core/oauth-error.ts';

/** Say something about the authorization, nothing about an access token: never a reason to refuse one. */
const WITHOUT_MEANING_HERE: readonly string[] = [OFFLINE_ACCESS, 'openid'];

/**
 * The scopes of the access token to issue: the granted ones, or fewer when the request asks for fewer (RFC 6749 §6).
 * @throws OAuthError `invalid_scope` for any that was not granted
 */
export const narrowedScopes = (
  form: URLSearchParams,
  grantedScopes: readonly string[],
  definitions: ScopeDefinitions,
): readonly string[] => {
  const requested = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const granted = effectiveScopes(grantedScopes, definitions);
  const narrowed = [...new Set(requested)].filter(
    (scope) => granted.has(scope) || !WITHOUT_MEANING_HERE.includes(scope),
  );
  if (narrowed.some((scope) => !granted.has(scope))) {
    throw new OAuthError('invalid_scope', 'The requested scope exceeds what was granted. Start a new authorization.');
  }
  return narrowed.length > 0 ? narrowed : grantedScopes;
};

/** @throws OAuthError `invalid_target` when another resource is asked for than was granted (RFC 8707 §2.2) */
export const assertGrantedResource = (form: URLSearchParams, grant: Grant): void => {
  resolveResource(form.getAll('resource'), [grant.resource]);
};

/** @throws OAuthError `invalid_grant` for a grant that a not-before mark has made void, whatever state it is in */
export const assertNotBeforeMark = (grant: Grant, marks: NotBeforeMarks | undefined): void => {
  if (!isBeforeMark(marks, grant)) return;
  throw new OAuthError('invalid_grant', 'This authorization has been ended. Start a new authorization.', {
    detail: 'issued before the not-before mark',
  });
};
