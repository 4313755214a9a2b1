import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { Browser } from '../../support/authorization/browser.ts';
import type { AuthorizationHarnessOptions } from '../../support/authorization/handlers.ts';
import type { Answer } from '../../support/authorization/invoke.ts';
import { locationOf } from '../../support/authorization/requests.ts';
import { formsOf } from '../../support/http/html-form.ts';
import { redeemedGrant } from '../../support/memory/records.ts';

export const stateOf = (answer: Answer): URLSearchParams =>
  new URLSearchParams({ code: 'c', state: locationOf(answer).searchParams.get('state') ?? '' });

/** A user logs in to the connections page. */
export const logIn = async (gate: AuthorizationHarness, browser = new Browser(), idp = 'company') => {
  const sent = await gate.connections(browser, { idp });
  const answer = await gate.callback(stateOf(sent), browser, idp);
  return { browser, answer };
};

/** A gate where PERSON and another user have each connected a client. */
export const connected = async (options: AuthorizationHarnessOptions = {}) => {
  const gate = new AuthorizationHarness(options);
  gate.addClient();
  const browser = new Browser();
  const upstream = await gate.approve(browser);
  await gate.callback(new URLSearchParams({ code: 'c', state: upstream.searchParams.get('state') ?? '' }), browser);
  const [[grantId, grant] = []] = gate.grants.rows;
  if (grantId === undefined || grant === undefined) throw new Error('nothing was granted');
  const add = (overrides: object) => {
    const { grant: added } = redeemedGrant({ subject: grant.subject, issuedAt: gate.now, ...overrides });
    gate.grants.rows.set(added.grantId, added);
    return added;
  };
  gate.grants.rows.set(grantId, { ...redeemedGrant().grant, ...grant, status: 'redeemed', expiresAt: gate.now + 9000 });
  const other = add({ subject: 'another user', clientId: grant.clientId, resource: grant.resource });
  gate.logged.length = 0;
  return { gate, grantId, add, other };
};

export const sessionOf = (answer: Answer): string => formsOf(answer.body)[0]?.fields.session ?? '';
export const connectionIdsOf = (answer: Answer): string[] =>
  formsOf(answer.body).flatMap(({ fields }) => (fields.connection === undefined ? [] : [fields.connection]));
