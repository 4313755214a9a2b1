import { sharedCloud } from '../../support/cloud/shared-cloud.ts';

const cloud = sharedCloud();
const FIREFOX = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${cloud.origin}${path}`, { headers, redirect: 'manual' });

describe('A user who opens the URL in a browser', () => {
  it('of the deployment sees what the deployment is', async () => {
    const answer = await get('/', { accept: FIREFOX, 'accept-language': 'fr-FR,fr;q=0.9' });
    expect([answer.status, answer.headers.get('content-language')]).toEqual([200, 'fr']);
    expect(await answer.text()).toContain(`${cloud.origin}/mcp`);
  });

  it('of an MCP server is redirected to its page', async () => {
    for (const path of ['/mcp', '/mcp/']) {
      const { status, headers } = await get(path, { accept: FIREFOX });
      expect([status, headers.get('location')]).toEqual([303, '/']);
    }
  });

  it.each<[string, Record<string, string>]>([
    ['a stream', { accept: 'text/event-stream' }],
    ['anything', { accept: '*/*' }],
    ['a page with a wrong token', { accept: FIREFOX, authorization: 'Bearer wrong' }],
  ])('changes nothing for a client that asks for %s, which gets its challenge (RFC 9728 §5.1)', async (_, headers) => {
    const answer = await get('/mcp', headers);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('resource_metadata=');
  });
});
