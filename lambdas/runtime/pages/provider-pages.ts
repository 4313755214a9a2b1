import { UnavailableError } from '../../core/oauth-error.ts';
import { UpstreamError } from '../../core/upstream/errors.ts';
import type { Log } from '../ports/index.ts';
import { PageError } from './message-page.ts';

/**
 * For faults that only the operator can mend; the log names the cause and, for an empty secret, the command. What the
 * browser brought is a refusal like any other: it may be made up.
 */
export const providerMisconfigured = (displayName: string, cause: UpstreamError): PageError =>
  new PageError(
    cause.isFromBrowser ? 'invalid_request' : 'temporarily_unavailable',
    ({ errors }) => errors.providerNotSetUp(displayName),
    {
      detail: cause.message,
      cause,
    },
  );

/**
 * Runs what a provider takes part in before anything is used up: a provider that cannot be used becomes a page, and one
 * that does not answer stays an UnavailableError. Both are logged as failed logins.
 */
export const withProviderErrorPage = async <Result>(
  provider: { readonly id: string; readonly displayName: string },
  call: Promise<Result>,
  { log, ...login }: { readonly log: Log; readonly requestId: string; readonly clientId?: string },
): Promise<Result> => {
  try {
    return await call;
  } catch (error) {
    const failed = { ...login, identityProvider: provider.id };
    if (error instanceof UpstreamError) {
      log('login_failed', { ...failed, reason: error.reason, detail: error.message });
      throw providerMisconfigured(provider.displayName, error);
    }
    if (error instanceof UnavailableError)
      log('login_failed', { ...failed, reason: 'unavailable', detail: causeOf(error) });
    throw error;
  }
};

const causeOf = ({ cause, message }: UnavailableError): string => (cause instanceof Error ? cause.message : message);
