import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { Browser } from '../../support/authorization/browser.ts';
import type { AuthorizationHarnessOptions } from '../../support/authorization/handlers.ts';
import { authorizationQuery, locationOf } from '../../support/authorization/requests.ts';

const TOKENS = {
  accessToken: 'upstream-access',
  accessTokenExpiresAt: 1_800_003_600,
  refreshToken: 'upstream-refresh',
};

/** A login at a provider that hands out these tokens. */
const loggedIn = async (kept: AuthorizationHarnessOptions['kept'], tokens = {}) => {
  const gate = new AuthorizationHarness(kept ? { kept } : {});
  gate.addClient();
  gate.provider().tokens = tokens;
  const browser = new Browser();
  const upstream = await gate.approve(browser, authorizationQuery());
  const state = upstream.searchParams.get('state') ?? '';
  const callback = (code = 'upstream-code', from = state) =>
    gate.callback(new URLSearchParams({ code, state: from }), browser);
  const grant = () => {
    const [stored] = gate.grants.rows.values();
    if (!stored) throw new Error('no grant was stored');
    return stored;
  };
  const keptTokens = async () => {
    const { grantId, upstream: state } = grant();
    return state?.tokens && (await gate.tokenVault.open(grantId, state.tokens)).tokens;
  };
  return { gate, callback, grant, keptTokens };
};

describe('Callback: the provider’s tokens that are kept (#169)', () => {
  it('none without recheck or keepTokens, and then KMS is not called', async () => {
    const { gate, callback, grant } = await loggedIn(undefined, TOKENS);
    await callback();
    expect(grant()).not.toHaveProperty('upstream');
    expect(gate.tokenVault.generated).toBe(0);
  });

  it('"recheck": the refresh token alone', async () => {
    const { gate, callback, grant, keptTokens } = await loggedIn({ recheck: true }, TOKENS);
    await callback();
    expect(grant().upstream).toMatchObject({ version: 1, checkedAt: gate.now });
    expect(await keptTokens()).toEqual({ refreshToken: 'upstream-refresh' });
  });

  it('"keepTokens": both', async () => {
    const { callback, keptTokens } = await loggedIn({ keepTokens: true }, TOKENS);
    await callback();
    expect(await keptTokens()).toEqual(TOKENS);
  });

  it('#170 sealed: no row, no response and no log line contains one', async () => {
    const { gate, callback } = await loggedIn({ recheck: true, keepTokens: true }, TOKENS);
    const answer = await callback();
    const seen = JSON.stringify([[...gate.grants.rows.values()], answer, gate.logged]);
    expect(seen).not.toMatch(/upstream-access|upstream-refresh/);
  });

  it('#168 a provider without refresh tokens: the login works, and its time is stored', async () => {
    const { gate, callback, grant } = await loggedIn({ recheck: true }, { accessToken: 'upstream-access' });
    expect((await callback()).status).toBe(303);
    expect(grant().upstream).toEqual({ version: 1, checkedAt: gate.now });
    expect(gate.tokenVault.generated).toBe(0);
  });

  it('#168 without refresh tokens, the access token is kept', async () => {
    const { callback, grant } = await loggedIn({ keepTokens: true }, { accessToken: 'upstream-access' });
    await callback();
    expect(grant().upstream).toMatchObject({ cannotBeRefreshed: true, tokens: expect.anything() });
  });

  it('a fault of KMS: "Try again" starts a new attempt', async () => {
    const { gate, callback } = await loggedIn({ recheck: true }, TOKENS);
    gate.tokenVault.failing = true;
    const answer = await callback();
    expect([answer.status, gate.grants.rows.size]).toEqual([503, 0]);
    gate.tokenVault.failing = false;
    const href = /href="([^"]+)">Try again/.exec(answer.body)?.[1] ?? '';
    const again = await callback('second', new URL(href).searchParams.get('state') ?? '');
    expect(locationOf(again).searchParams.get('code')).toMatch(/^gh_ac_/);
  });
});
