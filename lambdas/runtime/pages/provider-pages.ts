import { UnavailableError } from '../../core/oauth-error.ts';
import { UpstreamError } from '../../core/upstream/errors.ts';
import type { Log } from '../ports/index.ts';
import { PageError } from './message-page.ts';

/**
 * The page for a fault that only the operator can fix. The log names the cause and, for an empty secret, the command that
 * stores it. A fault that the browser reports is 400, since the browser may have made it up.
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
 * Waits for a call to an identity provider that happens before a code or transaction is used. Logs every failure as a
 * failed login.
 *
 * @throws PageError if the provider cannot be used
 * @throws UnavailableError if the provider does not answer
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
