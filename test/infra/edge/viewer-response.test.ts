import { runInNewContext } from 'node:vm';
import { VIEWER_RESPONSE_CODE } from '../../../lib/edge/viewer-response.ts';

describe('A7: a redirect of an MCP server at the edge', () => {
  const handle = (statusCode: number, location?: string) => {
    const logged: string[] = [];
    const headers = { ...(location === undefined ? {} : { location: { value: location } }), allow: { value: 'POST' } };
    const answer = runInNewContext(`${VIEWER_RESPONSE_CODE}; handler(event)`, {
      event: { request: { uri: '/mcp', method: 'POST' }, response: { statusCode, headers } },
      console: { log: (text: string) => logged.push(text) },
    });
    return { answer, logged: logged.map((text) => JSON.parse(text)) };
  };

  it.each([
    [307, 'https://backend.example/mcp/', 'https://backend.example/mcp/'],
    [301, 'https://user:secret@backend.example/mcp?secret#secret', 'https://backend.example/mcp'],
    [308, '//elsewhere.example', '//elsewhere.example'],
    [302, '/mcp/', '/mcp/'],
    [303, '/other', '/other'],
    [300, 'https://elsewhere.example/', 'https://elsewhere.example/'],
  ])('%i to %s is 502 with a JSON-RPC error, and the log says which URL to configure', (status, location, shown) => {
    const { answer, logged } = handle(status, location);
    expect(answer.statusCode).toBe(502);
    expect(JSON.parse(answer.body.data)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32603 } });
    expect(JSON.stringify(answer)).not.toContain('.example');
    expect(logged).toEqual([
      {
        event: 'backend_redirected',
        path: '/mcp',
        status,
        detail: `the MCP server redirects to ${shown}: put its final URL into backend.url`,
      },
    ]);
  });

  it.each([
    [200, undefined],
    [201, 'https://backend.example/new'],
    [304, 'https://backend.example/mcp'],
    [302, undefined],
    [303, '/'],
  ])('%i with the location %s passes', (status, location) => {
    const { answer, logged } = handle(status, location);
    expect([answer.statusCode, answer.headers.allow.value]).toEqual([status, 'POST']);
    expect(logged).toEqual([]);
  });
});
