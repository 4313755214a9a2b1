import { UpstreamError, type UpstreamErrorReason } from '../../../lambdas/core/upstream/errors.ts';
import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { Browser } from '../../support/authorization/browser.ts';
import type { AuthorizationHarnessOptions } from '../../support/authorization/handlers.ts';
import { authorizationQuery } from '../../support/authorization/requests.ts';

export const approved = async (options: AuthorizationHarnessOptions = {}, idp = 'company') => {
  const gate = new AuthorizationHarness(options);
  gate.addClient();
  const browser = new Browser();
  const upstream = await gate.approve(browser, authorizationQuery(), options.providers ? { idp } : undefined);
  const back = new URLSearchParams({ code: 'upstream-code', state: upstream.searchParams.get('state') ?? '' });
  return { gate, browser, back };
};

export const failWith =
  (reason: UpstreamErrorReason, isFromBrowser = false) =>
  () => {
    throw new UpstreamError(reason, 'why it failed', { isFromBrowser });
  };

/** Asserts that the client gets no response and no grant was created. */
export const expectNothingLeft = (
  gate: AuthorizationHarness,
  answer: { headers: Readonly<Record<string, string>> },
) => {
  expect(answer.headers.location).toBeUndefined();
  expect(gate.grants.rows.size).toBe(0);
};
