import { VIEWER_RESPONSE_CODE } from '../../../lib/edge/viewer-response.ts';
import { bodyOf, header } from '../template-fixture.ts';
import { answering, request, serve } from './serve.ts';

describe('The viewer-response function', () => {
  const LOCATION = ['Location', 'https://elsewhere.example/'] as const;

  it('of this repository turns a redirect into 502, and what it logs is the reason on the console', async () => {
    const { edge } = serve(answering(307, [LOCATION]), { responseCode: VIEWER_RESPONSE_CODE });
    const response = await edge(request('POST', '/a'));
    expect([response.status, header(response, 'location')]).toEqual([502, undefined]);
    expect(JSON.parse(await bodyOf(response))).toMatchObject({ jsonrpc: '2.0' });
    expect(response.reason).toContain('put its final URL into backend.url');
  });

  it('leaves other responses as they are', async () => {
    const { edge } = serve(answering(200, [['X-A', '1']], 'body'), { responseCode: VIEWER_RESPONSE_CODE });
    const response = await edge(request('POST', '/a'));
    expect([response.status, header(response, 'x-a'), await bodyOf(response)]).toEqual([200, '1', 'body']);
  });

  it('is not called for an error of the origin, as in CloudFront', async () => {
    const responseCode = "function handler() { return { statusCode: 299, headers: {}, body: 'called' }; }";
    for (const [status, expected] of [
      [200, 299],
      [399, 299],
      [400, 400],
      [503, 503],
    ] as const) {
      const { edge } = serve(answering(status), { responseCode });
      expect((await edge(request('POST', '/a'))).status).toBe(expected);
    }
  });
});
