import { closeServers, startServer } from '../../support/backends/inspector-backends.ts';
import { call, inspectorWith, postEvent } from '../../support/backends/inspector-fixture.ts';

afterEach(closeServers);

describe('A7: a redirect of an HTTP backend', () => {
  /** A backend that answers each path with a redirect, or with 200 if the table has none. */
  const start = async (redirects: Record<string, readonly [number, string]>, path = '/base') => {
    const seen: string[] = [];
    const { backend, url } = await startServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${body.length > 0}`);
        const [status, location] = redirects[request.url?.split('?')[0] ?? ''] ?? [];
        if (status === undefined || location === undefined) response.end('{"ok":true}');
        else response.writeHead(status, { Location: location.replace('ORIGIN', new URL(url).origin) }).end();
      });
    }, path);
    const { send, logged } = inspectorWith(backend);
    const ask = async () => {
      const { reply, done } = send(postEvent(call('echo'), { headers: { 'x-gatehouse-query': 'flag' } }));
      await done;
      return reply;
    };
    return { ask, seen, logged };
  };

  it.each([
    [307, 'ORIGIN/base/', '/base', '/base/'],
    [308, '/base/?flag', '/base', '/base/'],
    [301, 'ORIGIN/base', '/base/', '/base'],
    [302, '/base', '/base/', '/base'],
  ] as const)('%i to %s, which only differs in the slash, is followed once', async (status, location, from, to) => {
    const { ask, seen } = await start({ [from]: [status, location] }, from);
    const reply = await ask();
    expect([reply.head?.statusCode, reply.text]).toEqual([200, '{"ok":true}']);
    expect(seen).toEqual([`POST ${from}?flag true`, `POST ${to}?flag true`]);
  });

  it.each([
    [307, 'https://elsewhere.example/mcp?token=secret', 'https://elsewhere.example/mcp'],
    [308, 'https://user:secret@elsewhere.example/base/', 'https://elsewhere.example/base/'],
    [302, '//elsewhere.example/base/', 'http://elsewhere.example/base/'],
    [301, 'http://169.254.169.254/', 'http://169.254.169.254/'],
    [303, '/base/', '/base/'],
    [307, '/other', '/other'],
    [300, '/base/x', '/base/x'],
    [307, 'http://[', 'no valid URL'],
  ])('%i to %s is 502, and the event says which URL is meant', async (status, location, shown) => {
    const { ask, seen, logged } = await start({ '/base': [status, location] });
    const reply = await ask();
    expect([reply.head?.statusCode, reply.json.error.code, reply.json.id]).toEqual([502, -32603, 7]);
    expect(reply.head?.headers).not.toHaveProperty('location');
    expect(seen).toHaveLength(1);
    expect(logged).toMatchObject([{ event: 'request_failed', fields: { status: 502 } }]);
    expect(logged[0]?.fields.detail).toMatch(/redirects to .*: put its final URL into backend.url/);
    expect(logged[0]?.fields.detail).toContain(shown);
    expect(logged[0]?.fields.detail).not.toContain('secret');
  });

  it('a second redirect is 502', async () => {
    const { ask, seen } = await start({ '/base': [307, '/base/'], '/base/': [307, '/base'] });
    expect((await ask()).head?.statusCode).toBe(502);
    expect(seen).toHaveLength(2);
  });

  it('304 is none', async () => {
    const { ask } = await start({ '/base': [304, '/base/'] });
    expect((await ask()).head?.statusCode).toBe(304);
  });
});
