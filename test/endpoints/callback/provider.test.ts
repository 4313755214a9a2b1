import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { ISSUER, locationOf } from '../../support/authorization/requests.ts';
import { PERSON } from '../../support/authorization/scripted-idp.ts';
import { approved, expectNothingLeft, failWith } from './fixture.ts';

describe('Callback: the provider', () => {
  it('declined: the client gets access_denied', async () => {
    const { gate, browser, back } = await approved();
    gate.provider().answer = failWith('denied');
    const answer = await gate.callback(back, browser);
    expect(Object.fromEntries(locationOf(answer).searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'the state',
      iss: ISSUER,
    });
    expect(gate.events()).toContain('login_failed');
    expect(gate.grants.rows.size).toBe(0);
  });

  it.each([
    ['rejected', 403],
    ['misconfigured', 503],
  ] as const)('%s: a page, and nothing leaves', async (reason, status) => {
    const { gate, browser, back } = await approved();
    gate.provider().answer = failWith(reason);
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(status);
    expectNothingLeft(gate, answer);
    expect(answer.body).not.toContain('why it failed');
    expect(gate.logged.find((line) => line.event === 'login_failed')).toMatchObject({
      reason,
      detail: 'why it failed',
    });
  });

  // The query comes from the browser, and unauthenticated requests never cause a 5xx (decision 31).
  it.each([
    ['rejected', 403],
    ['misconfigured', 400],
    ['unavailable', 400],
  ] as const)('%s, as the browser has it: a refusal, however often it comes', async (reason, status) => {
    const { gate, browser, back } = await approved();
    gate.provider().answer = failWith(reason, true);
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(status);
    expectNothingLeft(gate, answer);
    expect(gate.events()).not.toContain('request_failed');
    expect(gate.logged.find((line) => line.event === 'login_failed')).toMatchObject({ reason, isFromBrowser: true });
  });

  it('a temporary error of the provider: "Try again" continues', async () => {
    const { gate, browser, back } = await approved();
    gate.provider().answer = failWith('unavailable', true);
    const answer = await gate.callback(back, browser);
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    gate.provider().answer = () => PERSON;
    const href = /href="([^"]+)">Try again/.exec(answer.body)?.[1] ?? '';
    const again = new URLSearchParams({ code: 'second', state: new URL(href).searchParams.get('state') ?? '' });
    expect((await gate.callback(again, browser)).status).toBe(303);
  });

  it('#161 down: a page whose "Try again" starts a new attempt; no upstream code is sent twice', async () => {
    const { gate, browser, back } = await approved();
    gate.provider().answer = () => {
      throw new UnavailableError('the identity provider');
    };
    const down = await gate.callback(back, browser);
    expect([down.status, down.headers['retry-after']]).toEqual([503, expect.stringMatching(/^[2-8]$/)]);
    const href = /href="([^"]+)">Try again/.exec(down.body)?.[1]?.replaceAll('&amp;', '&') ?? '';

    gate.provider().answer = () => PERSON;
    expect((await gate.callback(back, browser)).status).toBe(400); // the first leg is over
    const again = new URLSearchParams({ code: 'second', state: new URL(href).searchParams.get('state') ?? '' });
    expect((await gate.callback(again, browser)).status).toBe(303);
    expect(gate.provider().redeemed).toEqual(['upstream-code', 'second']);
  });

  it('down before anything was used: the same response works later', async () => {
    const { gate, browser, back } = await approved();
    const provider = gate.provider();
    provider.onPrepare = () => {
      throw new UnavailableError('the identity provider');
    };
    expect((await gate.callback(back, browser)).status).toBe(503);
    expect(gate.logged.filter(({ event }) => event === 'login_failed')).toMatchObject([{ reason: 'unavailable' }]);
    provider.onPrepare = () => undefined;
    expect((await gate.callback(back, browser)).status).toBe(303);
  });

  it('misconfigured: a page says so without internal names, and the log has the reason', async () => {
    const { gate, browser, back } = await approved();
    gate.provider().onPrepare = failWith('misconfigured');
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(503);
    expect(answer.body).toContain('is not set up');
    expect(gate.logged.at(-1)).toMatchObject({ event: 'request_failed', detail: 'why it failed' });
    expect(gate.logged.filter(({ event }) => event === 'login_failed')).toMatchObject([{ reason: 'misconfigured' }]);
  });

  it('a fault of the grants table: "Try again", and the code that was not stored was never sent', async () => {
    const { gate, browser, back } = await approved();
    gate.grants.failing = true;
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(503);
    expectNothingLeft(gate, answer);
    gate.grants.failing = false;
    const href = /href="([^"]+)">Try again/.exec(answer.body)?.[1] ?? '';
    const again = new URLSearchParams({ code: 'second', state: new URL(href).searchParams.get('state') ?? '' });
    expect((await gate.callback(again, browser)).status).toBe(303);
  });
});
