import {
  deriveUpstreamLeg,
  isBrowserBinding,
  type LegReference,
  parseState,
} from '../core/authorization/upstream-leg.ts';
import { constantTimeEqual } from '../core/crypto.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { findTransactionBinding } from '../runtime/http/cookies.ts';
import type { HttpRequest } from '../runtime/http/messages.ts';
import { PageError } from '../runtime/pages/message-page.ts';
import type { SealingKey } from '../runtime/ports/index.ts';
import type { IdentityProvider } from '../runtime/services/identity-providers.ts';
import type { CallbackDeps } from './deps.ts';

/**
 * Checks that the response belongs to a login that this server sent to this provider, and that this browser approved
 * (RFC 9700 §4.4 and §4.7; #126, #144, #146). Reads no table.
 *
 * @throws PageError or OAuthError, to be shown
 */
export const verifyState = async (
  deps: CallbackDeps,
  request: HttpRequest,
): Promise<{ readonly provider: IdentityProvider; readonly key: SealingKey; readonly reference: LegReference }> => {
  const provider = deps.identityProviders.get(request.pathParameters.idp ?? '');
  if (!provider) throw new OAuthError('not_found', 'This identity provider does not exist.');
  const names = [...request.query.keys()];
  if (new Set(names).size < names.length) {
    throw new OAuthError('invalid_request', 'The identity provider repeated a parameter.');
  }

  const state = request.query.get('state') ?? '';
  const reference = parseState(state);
  const key = reference && (await deps.sealingKeys.find(reference.sealingKeyId));
  if (!reference || !key) throw unknownState();
  const expected = deriveUpstreamLeg(key, reference.transactionId, provider.id, reference.leg);
  if (!constantTimeEqual(expected.state, state)) throw unknownState();

  const binding = findTransactionBinding(request, reference.transactionId);
  if (binding === undefined || !isBrowserBinding(key, reference.transactionId, binding)) throw otherBrowser();
  return { provider, key, reference };
};

const unknownState = (): PageError =>
  new PageError('invalid_request', ({ errors }) => errors.loginUnknown, {
    detail: 'the state is missing, or was not created by this server',
  });

const otherBrowser = (): PageError =>
  new PageError('access_denied', ({ errors }) => errors.loginOfOtherBrowser, {
    detail: 'no cookie binds this browser to the transaction',
  });
