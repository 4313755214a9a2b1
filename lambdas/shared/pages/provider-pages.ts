import { UpstreamError } from '../core/upstream-error.ts';
import { PageError } from './message-page.ts';

/** For faults that only the operator can mend; the log names the cause and, for an empty secret, the command. */
export const providerMisconfigured = (displayName: string, cause: UpstreamError): PageError =>
  new PageError('temporarily_unavailable', ({ messages }) => messages.providerNotSetUp(displayName), {
    detail: cause.message,
    cause,
  });

/** Runs what a provider takes part in before anything is used up: a provider that cannot be used becomes a page. */
export const orMisconfigured = async <Result>(displayName: string, call: Promise<Result>): Promise<Result> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof UpstreamError) throw providerMisconfigured(displayName, error);
    throw error;
  }
};
