import { UnavailableError } from '../../../../lambdas/core/oauth-error.ts';
import { guardedFetch } from '../../../../lambdas/runtime/adapters/guarded-fetch.ts';
import { startDocumentHost } from '../../../support/backends/document-host.ts';
import { BARRED, CLAUDE, DOWN, documentOf, GONE, ID, INVALID_CLIENT, MOVED, ok, world } from './fixture.ts';

describe('copies for a host that does not answer (#199)', () => {
  it('uses the last good answer, and asks the host again after half a minute', async () => {
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

  it('uses the copy of the last login when there is no other', async () => {
    const stored = { ...(await world().find()), clientName: 'Stored' };
    const w = world();
    w.answer = () => DOWN;
    expect(await w.find(ID, Promise.resolve(stored))).toBe(stored);
    expect(w.logged).toEqual([expect.objectContaining({ event: 'client_copy_used', copy: 'stored' })]);
  });

  it('uses the newer one of the last good answer and the copy of the last login', async () => {
    const w = world();
    const inMemory = await w.find();
    w.answer = () => DOWN;
    w.now += 300;
    const stored = { ...inMemory, clientName: 'Stored', issuedAt: inMemory.issuedAt + 1 };
    expect(await w.find(ID, Promise.resolve(stored))).toBe(stored);
    expect(await w.find(ID, Promise.resolve({ ...stored, issuedAt: inMemory.issuedAt - 1 }))).toBe(inMemory);
  });

  it('uses the shipped copy when there is no other: Claude’s host answers 403 to cloud addresses', async () => {
    const w = world();
    w.answer = () => BARRED;
    expect(await w.find(CLAUDE)).toMatchObject({
      clientId: CLAUDE,
      source: 'document',
      redirectUris: ['https://claude.ai/api/mcp/auth_callback'],
      tokenEndpointAuthMethods: ['none'],
      // So that it never replaces an answer of the host.
      issuedAt: 0,
    });
    expect(w.logged).toEqual([expect.objectContaining({ copy: 'shipped' })]);
  });

  it('without any copy the client is unavailable, and not unknown', async () => {
    const w = world();
    w.answer = () => DOWN;
    await expect(w.find()).rejects.toBeInstanceOf(UnavailableError);
  });

  it.each([
    ['a 404', GONE],
    ['a redirect', MOVED],
    ['a bad document', ok('{}')],
  ])('%s is an answer: no copy is used instead', async (_name, answer) => {
    const w = world();
    await w.find(CLAUDE);
    w.answer = () => answer;
    w.now += 300;
    await expect(w.find(CLAUDE)).rejects.toMatchObject(INVALID_CLIENT);
  });

  it('a withdrawn client does not come back when its host fails', async () => {
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

describe('documents that are not fetched', () => {
  it.each([
    ['http://client.example.org/client.json', 'scheme'],
    ['https://client.example.org/', 'path'],
    ['https://user@client.example.org/client.json', 'userinfo'],
    ['http://localhost/client.json', 'scheme'],
  ])('refuses %s without a fetch: %s', async (clientId, rule) => {
    const w = world();
    await expect(w.find(clientId)).rejects.toMatchObject(INVALID_CLIENT);
    expect(w.fetched).toEqual([]);
    expect(w.logged).toEqual([expect.objectContaining({ rule })]);
  });

  it('refuses hosts that the operator does not allow, or blocks', async () => {
    const w = world({ hosts: { allowHosts: ['claude.ai', '*.example.org'], blockHosts: ['bad.example.org'] } });
    await expect(w.find('https://chatgpt.com/oauth/client.json')).rejects.toMatchObject(INVALID_CLIENT);
    await expect(w.find('https://bad.example.org/client.json')).rejects.toMatchObject(INVALID_CLIENT);
    expect(await w.find()).toMatchObject({ clientId: ID });
    expect(w.logged.map(({ rule }) => rule)).toEqual(['host_not_allowed', 'host_blocked']);
    expect(w.fetched).toEqual([ID]);
  });

  it('logs no line breaks, no queries and no long text', async () => {
    const w = world();
    await expect(w.find(`https://client.example.org/\n{"event":"x"}${'a'.repeat(500)}?secret`)).rejects.toMatchObject(
      INVALID_CLIENT,
    );
    expect(w.logged[0]?.document).toMatch(/^[!-~]{1,200}$/);
  });
});

it('fetches a document on http://localhost in the local run', async () => {
  let clientId = '';
  const host = await startDocumentHost((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(documentOf(clientId)),
  );
  clientId = `http://localhost:${host.port}/client.json`;
  const w = world({ allowLoopback: true, fetch: guardedFetch({ dangerouslyAllowLoopback: true }) });
  expect(await w.find(clientId)).toMatchObject({ clientId, redirectUris: [`http://localhost:${host.port}/callback`] });
  await host.close();
});
