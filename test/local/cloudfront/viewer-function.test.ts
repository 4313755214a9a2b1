import { viewerRequestCode } from '../../../lib/edge/viewer-request.ts';
import { bodyOf, header } from '../template-fixture.ts';

import { answering, request, serve } from './serve.ts';

describe('The viewer-request function', () => {
  const echo = (code: string) => serve(answering(), { code });

  it('of this repository removes forged identity headers and adds the viewer’s address', async () => {
    const { edge, seen } = echo(viewerRequestCode([{ path: '/mcp', needsRawQuery: true }]));
    await edge(
      request('GET', '/token?b=2&a=%20&b=1', {
        headers: [
          ['X-Gatehouse-Subject', 'forged'],
          ['x-gatehouse-viewer', 'forged'],
          ['X-Other', '1'],
          ['X-Other', '2'],
          ['Cookie', 'a=1; b=2'],
        ],
      }),
    );
    const sent = seen[0]?.request;
    expect(sent?.headers.filter(([name]) => /^x-(gatehouse|other)/i.test(name))).toEqual([
      ['X-Other', '1'],
      ['X-Other', '2'],
      ['x-gatehouse-viewer', '198.51.100.7'],
    ]);
    expect(sent?.headers).toContainEqual(['Cookie', 'a=1; b=2']);
    expect(sent?.query).toBe('b=2&a=%20&b=1');
  });

  it('knows the query as it was sent', async () => {
    const { edge } = echo(
      "function handler(event) { return { statusCode: 200, body: '' + event.request.rawQueryString() }; }",
    );
    for (const query of ['flag', 'flag=', ';b=c', 'a=%41&A=1&a=2']) {
      expect(await bodyOf(await edge(request('GET', `/?${query}`)))).toBe(query);
    }
    expect(await bodyOf(await edge(request('GET', '/')))).toBe('undefined');
  });

  it('may return a response: the origin gets no request', async () => {
    const { edge, seen } = echo(viewerRequestCode([{ path: '/tools', needsRawQuery: false }]));
    const answer = await edge(request('GET', '/tools', { headers: [['Accept', 'text/html,*/*;q=0.8']] }));
    expect([answer.status, answer.headers.find(([name]) => name === 'location')?.[1]]).toEqual([303, '/']);
    expect(seen).toEqual([]);
  });

  it.each([
    ['no status', "{ statusCode: '303' }"],
    ['a header in capitals', "{ statusCode: 303, headers: { Location: { value: '/' } } }"],
    ['a header that is CloudFront’s own', "{ statusCode: 200, headers: { via: { value: 'x' } } }"],
  ])('may not answer with %s', async (_, answer) => {
    const { edge } = echo(`function handler() { return ${answer}; }`);
    expect((await edge(request('GET', '/'))).status).toBe(502);
  });

  it('sees the event of runtime 2.0', async () => {
    const { edge } = echo('function handler(event) { return { statusCode: 200, body: JSON.stringify(event) }; }');
    const response = await edge(
      request('GET', '/a%2Fb?x=1&x=2&y', {
        headers: [
          ['X-A', '1'],
          ['x-a', '2'],
          ['Cookie', 'c=d'],
          ['X-Forwarded-Proto', 'http'],
        ],
      }),
    );
    expect(JSON.parse(await bodyOf(response))).toEqual({
      version: '1.0',
      context: {
        distributionDomainName: 'localhost:4800',
        distributionId: expect.stringMatching(/^E[A-Z0-9]+$/),
        eventType: 'viewer-request',
        requestId: expect.any(String),
      },
      viewer: { ip: '198.51.100.7' },
      request: {
        method: 'GET',
        uri: '/a%2Fb',
        headers: {
          host: { value: 'localhost:4800' },
          'x-a': { value: '1', multiValue: [{ value: '1' }, { value: '2' }] },
        },
        cookies: { c: { value: 'd' } },
        querystring: { x: { value: '1', multiValue: [{ value: '1' }, { value: '2' }] }, y: { value: '' } },
      },
    });
    expect(header(response, 'x-cache')).toBe('FunctionGeneratedResponse');
  });

  it('may change uri, query and headers', async () => {
    const { edge, seen } = echo(`async function handler(event) {
      const request = event.request;
      request.uri = '/new';
      request.querystring = { a: { value: '1' } };
      request.headers['x-new'] = { value: 'n' };
      request.cookies = { z: { value: '1' } };
      return request;
    }`);
    await edge(request('GET', '/old?b', { headers: [['Cookie', 'a=1']] }));
    expect(seen[0]?.request).toMatchObject({ path: '/prod/new', query: 'a=1' });
    expect(seen[0]?.request.headers).toEqual(
      expect.arrayContaining([
        ['x-new', 'n'],
        ['Cookie', 'z=1'],
      ]),
    );
  });

  it.each([
    ['throws', `function handler() { throw new Error('x'); }`],
    ['never ends', 'function handler() { for (;;); }'],
    ['answers nothing', 'function handler() {}'],
    [
      'changes a read-only header',
      `function handler(event) { event.request.headers.host = { value: 'x' }; return event.request; }`,
    ],
    [
      'sets a disallowed header',
      `function handler(event) { event.request.headers['x-real-ip'] = { value: 'x' }; return event.request; }`,
    ],
  ])('that %s is 502', async (_what, code) => {
    expect((await echo(code).edge(request('GET', '/'))).status).toBe(502);
  });

  // AWS refuses the function when it is published, and with it the deployment.
  it.each([
    'for (const name of Object.keys(event.request.headers)) name.trim();',
    'const { request } = event;',
    'const request = event?.request;',
    'const request = event.request ?? {};',
    'const uri = event.uri; event = { uri };',
    'event.request.uri.slice(...[1, 2]);',
    'class Request {}',
  ])('with syntax that runtime 2.0 does not know is refused at the start: %s', (statement) => {
    expect(() => echo(`function handler(event) { ${statement} return event.request; }`)).toThrow(
      /^Distribution: its viewer-request function could not be published: runtime cloudfront-js-2\.0 does not know the syntax of “.+”/,
    );
  });

  it('has no access to this process', async () => {
    const { edge } = echo(
      'function handler() { return { statusCode: 200, body: typeof process + typeof require + typeof fetch }; }',
    );
    expect(await bodyOf(await edge(request('GET', '/')))).toBe('undefinedundefinedundefined');
  });
});
