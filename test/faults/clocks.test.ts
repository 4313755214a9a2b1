import { User } from '../support/browser/user.ts';
import { type FaultyCloud, startFaultyCloud } from '../support/faults/faulty-cloud.ts';
import {
  authorizationRequest,
  callMcp,
  obtainSession,
  redeem,
  refresh,
  registerClient,
  type Session,
} from '../support/http/oauth-requests.ts';

let cloud: FaultyCloud;
let before: Session;
beforeAll(async () => {
  cloud = await startFaultyCloud();
  before = await obtainSession(cloud);
}, 120_000);
afterAll(() => cloud?.stop());

/** Runs a login from its first page to a tool call and a refresh. Returns the first response that is not 200. */
const wholeFlow = async (): Promise<string> => {
  const client = await registerClient(cloud, { client_name: 'Clocks' });
  const { url, codeVerifier } = authorizationRequest(cloud, client);
  const seen = await new User(cloud).signIn(url);
  const code = seen.left?.searchParams.get('code');
  if (code === undefined || code === null) return `login ${seen.status}`;
  const redeemed = await redeem(cloud, { client, code, codeVerifier });
  if (redeemed.status !== 200) return `code ${redeemed.status} ${redeemed.body.error}`;
  const called = await callMcp(cloud.mcpUrl, redeemed.body.access_token);
  if (called.status !== 200) return `tool ${called.status}`;
  const refreshed = await refresh(cloud, client, redeemed.body.refresh_token);
  return refreshed.status === 200 ? 'works' : `refresh ${refreshed.status} ${refreshed.body.error}`;
};

/** The whole flow while the clock of one function is wrong and all others are right. */
const withClock = async (name: string, seconds: number): Promise<string> => {
  cloud.setClock(seconds, name);
  const outcome = await wholeFlow();
  cloud.setClock(0, name);
  return outcome;
};

describe('#227 Clocks that differ', () => {
  const PARTS = ['Authorize', 'Consent', 'Callback', 'Token', 'Authorizer'];

  it.each(PARTS)(
    'half a minute ahead or behind at %s has no effect',
    async (name) => {
      expect([await withClock(name, 30), await withClock(name, -30)]).toEqual(['works', 'works']);
    },
    120_000,
  );

  // Stored times are absolute. A token issued more than a minute in the future is refused, including the provider's.
  it.each([
    ['Authorize', 'works', 'works'],
    ['Consent', 'works', 'works'],
    ['Callback', 'works', 'login 403'],
    ['Token', 'code 400 invalid_grant', 'works'],
    ['Authorizer', 'works', 'tool 401'],
  ])(
    'five minutes at %s: fast %s, slow %s; never a fault, and nothing that stays when they agree again',
    async (name, fast, slow) => {
      expect([await withClock(name, 300), await withClock(name, -300)]).toEqual([fast, slow]);
      expect(await wholeFlow()).toBe('works');
      const refreshed = await refresh(cloud, before.client, before.refreshToken);
      expect(refreshed.status).toBe(200);
      before = { ...before, refreshToken: refreshed.body.refresh_token };
    },
    120_000,
  );
});
