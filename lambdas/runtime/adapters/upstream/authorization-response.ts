import {
  AuthorizationResponseError,
  type AuthorizationServer,
  type Client,
  OperationProcessingError,
  UnsupportedOperationError,
  validateAuthResponse,
} from 'oauth4webapi';
import { UpstreamError, type UpstreamErrorReason } from '../../../core/upstream/errors.ts';
import { plainErrorCode } from './upstream-faults.ts';

/** What each error code of an authorization response means. A response with any other code is rejected. */
const REASONS: Readonly<Record<Exclude<UpstreamErrorReason, 'rejected'>, ReadonlySet<string>>> = {
  // RFC 6749 §4.1.2.1: the provider is unable to answer, which is not a refusal.
  unavailable: new Set(['server_error', 'temporarily_unavailable']),
  // OpenID Connect Core §3.1.2.6: the user did not complete a required step.
  denied: new Set([
    'access_denied',
    'login_required',
    'consent_required',
    'interaction_required',
    'account_selection_required',
  ]),
  // RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6 and GitHub: only the operator can fix these.
  misconfigured: new Set([
    'invalid_request',
    'unauthorized_client',
    'unsupported_response_type',
    'invalid_scope',
    'invalid_resource',
    'invalid_client',
    'redirect_uri_mismatch',
    'application_suspended',
  ]),
};

/**
 * Checks `state` and `iss` (RFC 9207) of an authorization response.
 *
 * @returns the parameters for the token request
 * @throws UpstreamError, always with `isFromBrowser`
 */
export const parseAuthorizationResponse = (
  server: AuthorizationServer,
  client: Client,
  parameters: URLSearchParams,
  expectedState: string,
): URLSearchParams => {
  try {
    return validateAuthResponse(server, client, parameters, expectedState);
  } catch (error) {
    throw toResponseFault(error);
  }
};

const toResponseFault = (error: unknown): unknown => {
  if (error instanceof AuthorizationResponseError) {
    const message = `the provider redirected with the error ${plainErrorCode(error.error)}`;
    return new UpstreamError(reasonOf(error.error), message, { isFromBrowser: true });
  }
  if (error instanceof OperationProcessingError || error instanceof UnsupportedOperationError) {
    return new UpstreamError('rejected', `${error.code}: ${error.message}`, { isFromBrowser: true });
  }
  return error;
};

const reasonOf = (errorCode: string): UpstreamErrorReason => {
  if (REASONS.unavailable.has(errorCode)) return 'unavailable';
  if (REASONS.denied.has(errorCode)) return 'denied';
  return REASONS.misconfigured.has(errorCode) ? 'misconfigured' : 'rejected';
};
