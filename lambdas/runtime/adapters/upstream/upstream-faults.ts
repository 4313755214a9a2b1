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

/** Sorts whatever went wrong between us and the provider. Never passes on an answer's content: it may hold tokens. */
export const toUpstreamFault = (error: unknown): UpstreamError | UnavailableError => {
  if (error instanceof UpstreamError || error instanceof UnavailableError) return error;
  if (isClientRefused(error)) return new UpstreamError('misconfigured', 'it refused our client id or secret');
  if (error instanceof ResponseBodyError) {
    if (error.status === 429) return unavailable('it answered 429');
    // Whoever brings a code that they made up gets this refusal.
    const message = `it refused the code: ${plainErrorCode(error.error)}`;
    return new UpstreamError('rejected', message, { isFromBrowser: true });
  }
  if (error instanceof OperationProcessingError && isNoProperAnswer(error)) {
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

/** Errors of a token endpoint by which the provider takes back what it granted (RFC 6749 §5.2; Entra says the others). */
const GRANT_IS_OVER = new Set([
  'invalid_grant',
  'login_required',
  'consent_required',
  'interaction_required',
  'access_denied',
]);

/**
 * The same for a refresh: there the provider's refusal is about the person, not about the request. Any answer that is none
 * may come after the refresh token was used up, but for 429, which says that nothing was done.
 */
export const toRenewalFault = (error: unknown): UpstreamError | UnavailableError => {
  if (error instanceof ResponseBodyError && GRANT_IS_OVER.has(error.error)) {
    return new UpstreamError('denied', `it answered ${error.error} to the refresh token`);
  }
  const fault = toUpstreamFault(error);
  const isImproper = error instanceof OperationProcessingError && isNoProperAnswer(error) && !isRateLimit(error);
  return isImproper ? new OutcomeUnknownError('the identity provider', fault.cause) : fault;
};

/** Whether the provider refused us as a client, so that reading the secret again may help (catalogue #167). */
export const isClientRefused = (error: unknown): boolean =>
  (error instanceof ResponseBodyError && (error.error === 'invalid_client' || error.error === 'unauthorized_client')) ||
  // RFC 6749 §5.2: after Basic the refusal is a 401 with a challenge, which the library reports before the body.
  (error instanceof WWWAuthenticateChallengeError && error.status === 401);

/** Not JSON, or a status that no rule foresees: a proxy's page, an outage, a rate limit. */
const isNoProperAnswer = (error: OperationProcessingError): boolean =>
  error.code === RESPONSE_IS_NOT_CONFORM ||
  error.code === RESPONSE_IS_NOT_JSON ||
  (error.code === PARSE_ERROR && error.message.includes('"response" body'));

/** RFC 6585 §4. */
const isRateLimit = ({ cause }: OperationProcessingError): boolean => cause instanceof Response && cause.status === 429;

const unavailable = (what: string): UnavailableError => new UnavailableError('the identity provider', new Error(what));

/** Nobody was there to hear the request, so nothing can have come of it. */
const isNeverSent = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(error.cause.code));

/** `fetch failed` says nothing; the code of its cause does. */
const describeNetworkError = (error: unknown): string => {
  if (!(error instanceof Error)) return 'an unknown fault';
  const code = error.cause instanceof Error && 'code' in error.cause ? ` (${error.cause.code})` : '';
  return `${error.name}: ${error instanceof SyntaxError ? 'unreadable' : error.message}${code}`;
};

/** Error codes come from outside: RFC 6749 §5.2 lets them hold no more than this. */
export const plainErrorCode = (code: string): string => code.replace(/[^a-zA-Z0-9_.-]/g, '').slice(0, 64);
