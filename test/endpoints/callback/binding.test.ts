import { Browser } from '../../support/authorization/browser.ts';
import { approved, expectNothingLeft } from './fixture.ts';

describe('Callback: only in this browser, in time, and once', () => {
  it('#126 in another browser: no code, and the upstream code is not redeemed', async () => {
    const { gate, back } = await approved();
    const answer = await gate.callback(back, new Browser());
    expect(answer.status).toBe(403);
    expectNothingLeft(gate, answer);
    expect(gate.provider().redeemed).toEqual([]);
    expect([...gate.transactions.rows.values()][0]?.status).toBe('approved');
  });

  it('#126 with the binding cookie of another login', async () => {
    const { gate, back } = await approved();
    const thief = new Browser();
    await gate.approve(thief);
    const [own] = [...thief.cookies].filter(([name]) => name.startsWith('__Host-gatehouse-tx-'));
    const id = (back.get('state') ?? '').split('.')[0];
    thief.cookies.set(`__Host-gatehouse-tx-${id}`, own?.[1] ?? '');
    expectNothingLeft(gate, await gate.callback(back, thief));
    expect(gate.provider().redeemed).toEqual([]);
  });

  it.each(['', 'x', 'AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAA.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'])(
    '#144 a state of %j is unknown',
    async (state) => {
      const { gate, browser } = await approved();
      const answer = await gate.callback(new URLSearchParams({ code: 'c', state }), browser);
      expect(answer.status).toBe(400);
      expectNothingLeft(gate, answer);
    },
  );

  it('#144 a state with another attempt number is refused', async () => {
    const { gate, browser, back } = await approved();
    back.set('state', (back.get('state') ?? '').replace('.1.', '.2.'));
    expect((await gate.callback(back, browser)).status).toBe(400);
  });

  it('#144 a state whose authentication code is wrong is refused before anything is read', async () => {
    const { gate, browser, back } = await approved();
    const state = back.get('state') ?? '';
    back.set('state', `${state.slice(0, -4)}AAAA`);
    expect((await gate.callback(back, browser)).status).toBe(400);
    expect([...gate.transactions.rows.values()][0]?.status).toBe('approved');
    expect(gate.provider().redeemed).toEqual([]);
  });

  it('#146 a response of one provider is not accepted for another', async () => {
    const { gate, browser, back } = await approved({ providers: ['google', 'work'] }, 'google');
    const answer = await gate.callback(back, browser, 'work');
    expect(answer.status).toBe(400);
    expectNothingLeft(gate, answer);
    expect(gate.provider('work').redeemed).toEqual([]);
    expect((await gate.callback(back, browser, 'google')).status).toBe(303);
  });

  it.each(['unknown', 'constructor', '__proto__'])('there is no provider %s', async (idp) => {
    const { gate, browser, back } = await approved();
    expect((await gate.callback(back, browser, idp)).status).toBe(404);
  });

  it('#145 replayed twenty times in parallel: one code', async () => {
    const { gate, browser, back } = await approved();
    const answers = await Promise.all(Array.from({ length: 20 }, () => gate.callback(back, browser)));
    expect(answers.filter((answer) => answer.status === 303)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 400)).toHaveLength(19);
    expect([gate.grants.rows.size, gate.provider().redeemed.length]).toEqual([1, 1]);
  });

  it('#144 after ten minutes it is too late, even if the row is still there', async () => {
    const { gate, browser, back } = await approved();
    gate.now += 600;
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(400);
    expectNothingLeft(gate, answer);
    expect(gate.provider().redeemed).toEqual([]);
  });

  it('#23 a repeated parameter is refused', async () => {
    const { gate, browser, back } = await approved();
    back.append('code', 'another');
    expect((await gate.callback(back, browser)).status).toBe(400);
    expect(gate.provider().redeemed).toEqual([]);
  });
});
