import type { AuthorizationHarness } from '../authorization/authorization-harness.ts';
import { Browser } from '../authorization/browser.ts';
import { authorizationQuery, locationOf } from '../authorization/requests.ts';
import { PERSON } from '../authorization/scripted-idp.ts';
import { redeemedGrant } from '../memory/records.ts';
import { APP, CLIENT, CLIENT_CALLBACK, gateOf, type PageState, QUERY, remembered, state, stateOf } from './parts.ts';

/** The page /connections after `connect`, for a user who has logged in. */
const connectionsOf = (connect: (gate: AuthorizationHarness) => Promise<void>) => async (languages: string) => {
  const gate = gateOf({ providers: ['company'] });
  await connect(gate);
  const browser = new Browser(languages);
  const location = locationOf(await gate.connections(browser, { idp: 'company' }));
  await gate.callback(stateOf(location), browser);
  return gate.connections(browser);
};

/** Connects two clients, a day apart. */
const connectTwo = async (gate: AuthorizationHarness): Promise<void> => {
  gate.addClient({ clientId: 'cursor', clientName: 'Cursor', redirectUris: [APP] });
  for (const query of [
    { client_id: CLIENT, redirect_uri: CLIENT_CALLBACK },
    { client_id: 'cursor', redirect_uri: APP, scope: 'mcp' },
  ]) {
    const browser = new Browser();
    await gate.callback(stateOf(await gate.approve(browser, authorizationQuery({ ...QUERY, ...query }))), browser);
    gate.now += 86_400;
  }
  for (const [grantId, grant] of gate.grants.rows) {
    const { family, status } = redeemedGrant().grant;
    if (!family) throw new Error('a redeemed grant has a family');
    const used = { ...family, rotatedAt: gate.now };
    gate.grants.rows.set(grantId, { ...grant, status, family: used, expiresAt: gate.now + 86_400 });
  }
};

export const CONNECTIONS_PAGES: readonly PageState[] = [
  state('connections-sign-in', 'A user signs in to see their connections', 200, (languages) =>
    gateOf({ providers: ['google', 'github'] }).connections(new Browser(languages)),
  ),
  state('connections', 'The user sees the connections and can end them', 200, connectionsOf(connectTwo)),
  state(
    'connections-none',
    'There are no connections',
    200,
    connectionsOf(async () => undefined),
  ),
  state('connections-remembered', 'The user has a remembered consent', 200, async (languages) => {
    const { gate, browser } = await remembered(languages, PERSON.subject);
    gate.grants.rows.clear();
    await gate.callback(stateOf(locationOf(await gate.connections(browser, { idp: 'company' }))), browser);
    return gate.connections(browser);
  }),
];
