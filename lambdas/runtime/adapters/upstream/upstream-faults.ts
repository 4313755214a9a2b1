import {
  OperationProcessingError,
  PARSE_ERROR,
  RESPONSE_IS_NOT_CONFORM,
  RESPONSE_IS_NOT_JSON,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { OutcomeUnknownError, UpstreamError } from '../../../core/upstream/errors.ts';

/** Classifies any failure of a request to the provider. Never repeats a response's content, which may contain tokens. */
export const toUpstreamFault = (error: unknown): UpstreamError | UnavailableError => {
  if (error instanceof UpstreamError || error instanceof UnavailableError) return error;
  if (isClientRefused(error)) return new UpstreamError('misconfigured', 'the provider refused our client id or secret');
  if (error instanceof ResponseBodyError) {
    if (error.status === 429) return unavailable('the provider answered 429');
    // A browser that brings a forged code causes this refusal.
    const message = `the provider refused the code: ${plainErrorCode(error.error)}`;
    return new UpstreamError('rejected', message, { isFromBrowser: true });
  }
  if (error instanceof OperationProcessingError && isImproperResponse(error)) {
    return unavailable(`${error.code}: ${error.message}`);
  }
  if (
    error instanceof OperationProcessingError ||
    error instanceof UnsupportedOperationError ||
    error instanceof WWWAuthenticateChallengeError
  ) {
    return new UpstreamError('rejected', `${error.code}: ${error.message}`);
  }
  const fault = new Error(describeNetworkError(error));
  return isNeverSent(error)
    ? new UnavailableError('the identity provider', fault)
    : new OutcomeUnknownError('the identity provider', fault);
};

/** Token endpoint errors that mean that the login is over: `invalid_grant` (RFC 6749 §5.2), and those that Entra uses. */
const GRANT_IS_OVER = new Set([
  'invalid_grant',
  'login_required',
  'consent_required',
  'interaction_required',
  'access_denied',
]);

/**
 * Classifies failures of a refresh, where a refusal is about the user and not about the request. After an improper
 * response the refresh token may be used up, except after 429, which means that the provider did nothing.
 */
export const toRenewalFault = (error: unknown): UpstreamError | UnavailableError => {
  if (error instanceof ResponseBodyError && GRANT_IS_OVER.has(error.error)) {
    return new UpstreamError('denied', `the provider answered ${error.error} to the refresh token`);
  }
  const fault = toUpstreamFault(error);
  const isImproper = error instanceof OperationProcessingError && isImproperResponse(error) && !isRateLimit(error);
  return isImproper ? new OutcomeUnknownError('the identity provider', fault.cause) : fault;
};

/** Whether the provider refused our credentials, so that reading the secret again may help (#167). */
export const isClientRefused = (error: unknown): boolean =>
  (error instanceof ResponseBodyError && (error.error === 'invalid_client' || error.error === 'unauthorized_client')) ||
  // RFC 6749 §5.2: after Basic, the refusal is a 401 with a challenge, which the library reports before the body.
  (error instanceof WWWAuthenticateChallengeError && error.status === 401);

/** Not JSON, or an unspecified status: a proxy's page, an outage, a rate limit. */
const isImproperResponse = (error: OperationProcessingError): boolean =>
  error.code === RESPONSE_IS_NOT_CONFORM ||
  error.code === RESPONSE_IS_NOT_JSON ||
  (error.code === PARSE_ERROR && error.message.includes('"response" body'));

/** RFC 6585 §4. */
const isRateLimit = ({ cause }: OperationProcessingError): boolean => cause instanceof Response && cause.status === 429;

const unavailable = (what: string): UnavailableError => new UnavailableError('the identity provider', new Error(what));

/** The request never reached the provider, so it had no effect. */
const isNeverSent = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(error.cause.code));

/** The message `fetch failed` is useless; the code of its cause is not. */
const describeNetworkError = (error: unknown): string => {
  if (!(error instanceof Error)) return 'an unknown failure';
  const code = error.cause instanceof Error && 'code' in error.cause ? ` (${error.cause.code})` : '';
  return `${error.name}: ${error instanceof SyntaxError ? 'unreadable' : error.message}${code}`;
};

/** Error codes are untrusted input. Keeps only the characters that registered codes use. */
export const plainErrorCode = (code: string): string => code.replace(/[^a-zA-Z0-9_.-]/g, '').slice(0, 64);
