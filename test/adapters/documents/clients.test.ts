import type { Client } from '../../../lambdas/core/clients/client.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { guardedFetch } from '../../../lambdas/runtime/adapters/guarded-fetch.ts';
import { jsonLog } from '../../../lambdas/runtime/adapters/log.ts';
import type { FetchedDocument, FetchFailure } from '../../../lambdas/runtime/ports/index.ts';
import { ClientDocuments, type ClientDocumentsOptions } from '../../../lambdas/runtime/services/client-documents.ts';
import { FetchBudget } from '../../../lambdas/runtime/services/fetch-budget.ts';
import { startDocumentHost } from '../../support/backends/document-host.ts';

const ID = 'https://client.example.org/client.json';
const CLAUDE = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
const documentOf = (clientId: string, members: Record<string, unknown> = {}): string =>
  JSON.stringify({
    client_id: clientId,
    client_name: 'A client',
    redirect_uris: [new URL('/callback', clientId).href],
    ...members,
  });
const ok = (text: string, cacheControl?: string): FetchedDocument => ({
  ok: true,
  text,
  headers: cacheControl === undefined ? {} : { cacheControl },
});
const BARRED: FetchFailure = { ok: false, kind: 'unreachable', reason: 'busy_or_barred', detail: 'status 403' };
const DOWN: FetchFailure = { ok: false, kind: 'unreachable', reason: 'timeout', detail: 'took too long' };
const GONE: FetchFailure = { ok: false, kind: 'authoritative', reason: 'gone', detail: 'status 404' };
const MOVED: FetchFailure = { ok: false, kind: 'authoritative', reason: 'redirect', detail: 'status 302' };

/** A world in which the host says what `answer` says, and time stands until it is moved. */
const world = (options: Partial<ClientDocumentsOptions> = {}) => {
  const state = {
    now: 1_790_000_000,
    answer: ((url: string) => ok(documentOf(url))) as (url: string) => FetchedDocument | FetchFailure,
    fetched: [] as string[],
    logged: [] as Record<string, unknown>[],
  };
  const documents = new ClientDocuments({
    fetch: async (url) => {
      state.fetched.push(url);
      return state.answer(url);
    },
    now: () => state.now,
    log: jsonLog((line) => {
      const { time: _time, ...logged } = JSON.parse(line);
      state.logged.push(logged);
    }),
    ...options,
  });
  return Object.assign(state, {
    find: (clientId = ID, stored?: Promise<Client>) => documents.findClient(clientId, stored),
    /** What anybody can do who knows the name of a host. */
    spendBudgetOf: async (clientId = ID) => {
      for (let n = 0; n < 10; n += 1) await documents.findClient(`${clientId}/junk${n}`).catch(() => undefined);
    },
  });
};
const INVALID_CLIENT = { name: 'OAuthError', code: 'invalid_client' };

describe('cache (draft-ietf-oauth-client-id-metadata-document-01 §4.4, #195)', () => {
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

  it('#196: shows a change after that time, and not before', async () => {
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

  it('one URL never speaks for another', async () => {
    const w = world();
    w.answer = () => ok(documentOf(ID));
    await w.find();
    await expect(w.find(`${ID}?x`)).rejects.toMatchObject(INVALID_CLIENT);
    expect(w.logged).toEqual([expect.objectContaining({ event: 'client_refused', document: ID, rule: 'client_id' })]);
  });

  it('forgets the ones that nobody asks for, and not the one that is asked for again and again', async () => {
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

describe('failures (#192, #195, #200)', () => {
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

  it('the answer does not repeat the document, the log names the rule', async () => {
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

  it('at most ten fetches a minute from one host, whatever its port and path', async () => {
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

  it('#200 whoever spends the budget of a host stops nobody whom we know there', async () => {
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

  it('#200 whoever spends the budget of a well-known host does not stop the clients that we ship a copy of', async () => {
    const w = world();
    w.answer = () => GONE;
    await w.spendBudgetOf(CLAUDE);
    w.answer = (url) => ok(documentOf(url, { client_name: 'As published' }));
    expect(await w.find(CLAUDE)).toMatchObject({ clientName: 'As published' });
  });

  it('#200 a known document that fails is not asked for more often for that', async () => {
    const w = world();
    const stored = Promise.resolve(await w.find());
    w.answer = () => DOWN;
    w.now += 300;
    for (let n = 0; n < 100; n += 1) await w.find(ID, stored);
    expect(w.fetched).toHaveLength(2);
  });

  it('the budget is one for documents and keys, and forgets hosts', () => {
    const budget = new FetchBudget();
    const grants = Array.from({ length: 12 }, () => budget.take('a.example.org', 100)).filter(Boolean);
    expect(grants).toHaveLength(10);
    for (let n = 0; n < 1000; n += 1) budget.take(`h${n}.example.org`, 100);
    expect(budget.take('a.example.org', 100)).toBe(true);
  });
});

describe('when the host does not answer (#199)', () => {
  it('the last good copy stands in, and the host is asked again after half a minute', async () => {
    const w = world();
    const before = await w.find();
    w.answer = () => BARRED;
    w.now += 300;
    expect(await w.find()).toBe(before);
    expect(await w.find()).toBe(before);
    expect(w.fetched).toHaveLength(2);
    expect(w.logged[0]).toEqual({
      event: 'client_copy_used',
      document: ID,
      copy: 'memory',
      rule: 'busy_or_barred',
      detail: 'status 403',
    });
    w.answer = (url) => ok(documentOf(url, { client_name: 'Back' }));
    w.now += 30;
    expect(await w.find()).toMatchObject({ clientName: 'Back' });
  });

  it('or else the copy stored with the last login', async () => {
    const stored = { ...(await world().find()), clientName: 'Stored' };
    const w = world();
    w.answer = () => DOWN;
    expect(await w.find(ID, Promise.resolve(stored))).toBe(stored);
    expect(w.logged).toEqual([expect.objectContaining({ event: 'client_copy_used', copy: 'stored' })]);
  });

  it('of the copies in memory and of the last login the one that was read later, and it stays as old as it is', async () => {
    const w = world();
    const inMemory = await w.find();
    w.answer = () => DOWN;
    w.now += 300;
    const stored = { ...inMemory, clientName: 'Stored', issuedAt: inMemory.issuedAt + 1 };
    expect(await w.find(ID, Promise.resolve(stored))).toBe(stored);
    expect(await w.find(ID, Promise.resolve({ ...stored, issuedAt: inMemory.issuedAt - 1 }))).toBe(inMemory);
  });

  it('or else the copy shipped with us: Claude’s document answers 403 to cloud addresses', async () => {
    const w = world();
    w.answer = () => BARRED;
    expect(await w.find(CLAUDE)).toMatchObject({
      clientId: CLAUDE,
      source: 'document',
      redirectUris: ['https://claude.ai/api/mcp/auth_callback'],
      tokenEndpointAuthMethods: ['none'],
      // So that it takes the place of nothing that its host said.
      issuedAt: 0,
    });
    expect(w.logged).toEqual([expect.objectContaining({ copy: 'shipped' })]);
  });

  it('or else it is a fault for now, and no lie about the client', async () => {
    const w = world();
    w.answer = () => DOWN;
    await expect(w.find()).rejects.toBeInstanceOf(UnavailableError);
  });

  it.each([
    ['a 404', GONE],
    ['a redirect', MOVED],
    ['a bad document', ok('{}')],
  ])('%s is an answer: no copy stands in for it', async (_name, answer) => {
    const w = world();
    await w.find(CLAUDE);
    w.answer = () => answer;
    w.now += 300;
    await expect(w.find(CLAUDE)).rejects.toMatchObject(INVALID_CLIENT);
  });

  it('a client that was withdrawn does not come back because its host fails', async () => {
    const w = world();
    w.answer = () => GONE;
    await expect(w.find(CLAUDE)).rejects.toMatchObject(INVALID_CLIENT);
    w.answer = () => DOWN;
    w.now += 30;
    await expect(w.find(CLAUDE)).rejects.toBeInstanceOf(UnavailableError);
    w.answer = (url) => ok(documentOf(url));
    w.now += 30;
    expect(await w.find(CLAUDE)).toMatchObject({ clientId: CLAUDE });
    w.answer = () => DOWN;
    w.now += 300;
    expect(await w.find(CLAUDE)).toMatchObject({ clientId: CLAUDE });
  });
});

describe('what is not even looked up', () => {
  it.each([
    ['http://client.example.org/client.json', 'scheme'],
    ['https://client.example.org/', 'path'],
    ['https://user@client.example.org/client.json', 'userinfo'],
    ['http://localhost/client.json', 'scheme'],
  ])('%s: %s', async (clientId, rule) => {
    const w = world();
    await expect(w.find(clientId)).rejects.toMatchObject(INVALID_CLIENT);
    expect(w.fetched).toEqual([]);
    expect(w.logged).toEqual([expect.objectContaining({ rule })]);
  });

  it('hosts that the operator left out', async () => {
    const w = world({ hosts: { allowHosts: ['claude.ai', '*.example.org'], blockHosts: ['bad.example.org'] } });
    await expect(w.find('https://chatgpt.com/oauth/client.json')).rejects.toMatchObject(INVALID_CLIENT);
    await expect(w.find('https://bad.example.org/client.json')).rejects.toMatchObject(INVALID_CLIENT);
    expect(await w.find()).toMatchObject({ clientId: ID });
    expect(w.logged.map(({ rule }) => rule)).toEqual(['host_not_allowed', 'host_blocked']);
    expect(w.fetched).toEqual([ID]);
  });

  it('the log holds no line breaks, queries or pages of text', async () => {
    const w = world();
    await expect(w.find(`https://client.example.org/\n{"event":"x"}${'a'.repeat(500)}?secret`)).rejects.toMatchObject(
      INVALID_CLIENT,
    );
    expect(w.logged[0]?.document).toMatch(/^[!-~]{1,200}$/);
  });
});

it('on a laptop a document on http://localhost is fetched for real', async () => {
  let clientId = '';
  const host = await startDocumentHost((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(documentOf(clientId)),
  );
  clientId = `http://localhost:${host.port}/client.json`;
  const w = world({ allowLoopback: true, fetch: guardedFetch({ dangerouslyAllowLoopback: true }) });
  expect(await w.find(clientId)).toMatchObject({ clientId, redirectUris: [`http://localhost:${host.port}/callback`] });
  await host.close();
});
