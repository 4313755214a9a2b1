import { UnavailableError } from '../../../../lambdas/core/oauth-error.ts';
import { FetchBudget } from '../../../../lambdas/runtime/services/fetch-budget.ts';
import { CLAUDE, DOWN, documentOf, GONE, ID, INVALID_CLIENT, MOVED, ok, world } from './fixture.ts';

describe('cache of documents (draft-ietf-oauth-client-id-metadata-document-01 §4.4, #195)', () => {
  it.each([
    [undefined, 300],
    ['max-age=600', 600],
    ['no-store', 60],
    ['max-age=0', 60],
    ['max-age=315360000', 86_400],
  ])('Cache-Control: %s is fetched again after %i seconds', async (cacheControl, seconds) => {
    const w = world();
    w.answer = (url) => ok(documentOf(url), cacheControl);
    await w.find();
    w.now += seconds - 1;
    await w.find();
    expect(w.fetched).toHaveLength(1);
    w.now += 1;
    await w.find();
    expect(w.fetched).toHaveLength(2);
  });

  it('#196: a changed document is used after that time, and not before', async () => {
    const w = world();
    w.answer = (url) => ok(documentOf(url, { client_name: 'Before' }), 'max-age=600');
    await w.find();
    w.answer = (url) => ok(documentOf(url, { client_name: 'After' }), 'max-age=600');
    w.now += 599;
    expect(await w.find()).toMatchObject({ clientName: 'Before' });
    w.now += 1;
    expect(await w.find()).toMatchObject({ clientName: 'After' });
  });

  it('parallel requests share one fetch', async () => {
    const w = world();
    const clients = await Promise.all(Array.from({ length: 20 }, () => w.find()));
    expect(new Set(clients).size).toBe(1);
    expect(w.fetched).toHaveLength(1);
  });

  it('refuses a document with the client_id of another URL', async () => {
    const w = world();
    w.answer = () => ok(documentOf(ID));
    await w.find();
    await expect(w.find(`${ID}?x`)).rejects.toMatchObject(INVALID_CLIENT);
    expect(w.logged).toEqual([expect.objectContaining({ event: 'client_refused', document: ID, rule: 'client_id' })]);
  });

  it('forgets the least recently used documents', async () => {
    const w = world();
    w.answer = (url) => ok(documentOf(url), 'max-age=86400');
    const other = (n: number) => `https://c${n}.example.org/client.json`;
    for (let n = 0; n < 600; n += 1) {
      await w.find(other(n));
      await w.find();
    }
    expect(w.fetched.filter((url) => url === ID)).toHaveLength(1);
    await w.find(other(0));
    expect(w.fetched.filter((url) => url === other(0))).toHaveLength(2);
  });
});

describe('failed fetches (#192, #195, #200)', () => {
  it.each([
    ['an unreachable host', DOWN, UnavailableError],
    ['a 404', GONE, INVALID_CLIENT],
    ['a redirect', MOVED, INVALID_CLIENT],
    ['a bad document', ok('{}'), INVALID_CLIENT],
  ])('%s is not asked twice in a row, and is forgotten after half a minute', async (_name, answer, error) => {
    const w = world();
    w.answer = () => answer;
    for (let n = 0; n < 100; n += 1) {
      const refusal = expect(w.find()).rejects;
      await (typeof error === 'function' ? refusal.toBeInstanceOf(error) : refusal.toMatchObject(error));
    }
    expect(w.fetched).toHaveLength(1);
    w.answer = (url) => ok(documentOf(url));
    w.now += 29;
    await expect(w.find()).rejects.toThrow();
    w.now += 1;
    expect(await w.find()).toMatchObject({ clientId: ID });
  });

  it('names the broken rule in the log, and repeats no part of the document in the error', async () => {
    const w = world();
    w.answer = (url) => ok(documentOf(url, { client_secret: 'hunter2' }));
    await expect(w.find(`${ID}?key=abc`)).rejects.toMatchObject({ message: expect.not.stringContaining('hunter2') });
    expect(w.logged).toEqual([
      {
        event: 'client_refused',
        document: ID,
        rule: 'client_secret',
        detail: 'a public document must not contain a secret',
      },
    ]);
  });

  it('at most ten fetches a minute from one host, over all ports and paths', async () => {
    const w = world();
    const ask = (n: number) => w.find(`https://victim.example.org${n % 2 ? ':8443' : ''}/client-${n}.json`);
    for (let n = 0; n < 10; n += 1) await ask(n);
    await expect(ask(10)).rejects.toBeInstanceOf(UnavailableError);
    await expect(ask(11)).rejects.toBeInstanceOf(UnavailableError);
    expect(w.fetched).toHaveLength(10);
    expect(w.logged.at(-1)).toMatchObject({ rule: 'fetch_budget' });
    expect(await w.find()).toMatchObject({ clientId: ID });
    w.now += 60;
    expect(await ask(12)).toMatchObject({ clientName: 'A client' });
  });

  it('#200 a spent budget of a host does not stop its known clients', async () => {
    const before = await world().find();
    const after = (url: string) => ok(documentOf(url, { client_name: 'After' }));
    for (const [stored, known] of [
      [undefined, true],
      [Promise.resolve(before), false],
    ] as const) {
      const w = world();
      if (known) await w.find();
      w.answer = after;
      w.now += 300;
      await w.spendBudgetOf();
      // Not a copy, which would keep alive what its publisher withdrew.
      expect(await w.find(ID, stored)).toMatchObject({ clientName: 'After' });
      expect(w.logged.map(({ event }) => event)).not.toContain('client_copy_used');
    }
  });

  it('#200 a spent budget of a host does not stop clients with a shipped copy', async () => {
    const w = world();
    w.answer = () => GONE;
    await w.spendBudgetOf(CLAUDE);
    w.answer = (url) => ok(documentOf(url, { client_name: 'As published' }));
    expect(await w.find(CLAUDE)).toMatchObject({ clientName: 'As published' });
  });

  it('#200 a known document is not fetched more often when it fails', async () => {
    const w = world();
    const stored = Promise.resolve(await w.find());
    w.answer = () => DOWN;
    w.now += 300;
    for (let n = 0; n < 100; n += 1) await w.find(ID, stored);
    expect(w.fetched).toHaveLength(2);
  });

  it('the budget forgets the least recently used hosts', () => {
    const budget = new FetchBudget();
    const grants = Array.from({ length: 12 }, () => budget.take('a.example.org', 100)).filter(Boolean);
    expect(grants).toHaveLength(10);
    for (let n = 0; n < 1000; n += 1) budget.take(`h${n}.example.org`, 100);
    expect(budget.take('a.example.org', 100)).toBe(true);
  });
});
