import type { Client } from '../../../lambdas/core/clients/client.ts';
import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { Browser } from '../../support/authorization/browser.ts';
import type { AuthorizationHarnessOptions } from '../../support/authorization/handlers.ts';
import type { Answer } from '../../support/authorization/invoke.ts';
import { authorizationQuery, locationOf } from '../../support/authorization/requests.ts';

export const CLIENT: Partial<Client> = { tokenEndpointAuthMethods: ['client_secret_post'] };
export const ALONE = { 'sec-fetch-site': 'none' };
export const REMEMBERED_BROWSER_COOKIE = '__Host-gatehouse-remembered-browser';

export const stateOf = (answer: Answer): URLSearchParams =>
  new URLSearchParams({ code: 'c', state: locationOf(answer).searchParams.get('state') ?? '' });

/** A user connects and has the consent remembered. */
export const remembered = async (
  options: AuthorizationHarnessOptions = {},
  client = CLIENT,
  form: Record<string, string> = {},
) => {
  const gate = new AuthorizationHarness({ rememberConsent: true, ...options });
  gate.addClient(client);
  const browser = new Browser();
  const sent = await gate.approve(browser, authorizationQuery(), { decision: 'approve', remember: 'yes', ...form });
  const back = new URLSearchParams({ code: 'c', state: sent.searchParams.get('state') ?? '' });
  const answer = await gate.callback(back, browser);
  gate.logged.length = 0;
  gate.transactions.writes = 0;
  return { gate, browser, answer };
};

export const isForm = ({ status, body }: Answer): boolean => status === 200 && body.includes('name="decision"');
export const expectForm = (answer: Answer) => expect([answer.status, isForm(answer)]).toEqual([200, true]);
export const isSentOn = ({ status, headers }: Answer): boolean =>
  status === 303 && (headers.location ?? '').startsWith('https://company.idp.example/');
