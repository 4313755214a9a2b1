import { bodyOf, header } from '../template-fixture.ts';

import { answering, request, serve } from './serve.ts';

describe('The cache', () => {
  const CACHED = [['Cache-Control', 'public, max-age=60']] as const;
  const get = (path: string, origin?: string) => request('GET', path, { headers: origin ? [['Origin', origin]] : [] });

  it('keeps a response as long as Cache-Control allows', async () => {
    const { edge, seen, pass } = serve(answering(200, CACHED));
    expect(header(await edge(get('/.well-known/x')), 'x-cache')).toBe('Miss from cloudfront');
    pass(59);
    const hit = await edge(get('/.well-known/x'));
    expect([header(hit, 'x-cache'), header(hit, 'age'), await bodyOf(hit)]).toEqual([
      'Hit from cloudfront',
      '59',
      'body',
    ]);
    pass(2);
    await edge(get('/.well-known/x'));
    expect(seen).toHaveLength(2);
  });

  it('has the Origin header, and not the query, in its key', async () => {
    const { edge, seen } = serve(answering(200, CACHED));
    await edge(get('/.well-known/x', 'https://a.example'));
    await edge(get('/.well-known/x', 'https://b.example'));
    await edge(get('/.well-known/x?q', 'https://a.example'));
    expect(seen).toHaveLength(2);
  });

  it.each([
    ['no-store', 1],
    ['private, max-age=60', 1],
    ['max-age=7200', 3600],
    ['max-age=7200, s-maxage=10', 10],
  ])('%s', async (cacheControl, seconds) => {
    const { edge, seen, pass } = serve(answering(200, [['Cache-Control', cacheControl]]));
    await edge(get('/.well-known/x'));
    const kept = seconds > 1;
    pass(seconds - 1);
    await edge(get('/.well-known/x'));
    expect(seen).toHaveLength(kept ? 1 : 2);
    pass(2);
    await edge(get('/.well-known/x'));
    expect(seen).toHaveLength(kept ? 2 : 3);
  });

  it('keeps nothing of an uncached path, even if Cache-Control allows it', async () => {
    const { edge, seen } = serve(answering(200, CACHED));
    await edge(get('/token'));
    await edge(get('/token'));
    expect(seen).toHaveLength(2);
  });

  it('keeps an error for ten seconds under the path alone, so that one user’s failure is shown to another', async () => {
    const { edge, seen, pass } = serve(answering(403, [], 'alice'));
    await edge(get('/callback/x?state=alice'));
    const other = await edge(get('/callback/x?state=bob'));
    expect([header(other, 'x-cache'), await bodyOf(other)]).toEqual(['Error from cloudfront', 'alice']);
    expect(seen).toHaveLength(1);
    pass(11);
    await edge(get('/callback/x?state=bob'));
    expect(seen).toHaveLength(2);
  });

  it('keeps no error where the distribution sets TTL 0', async () => {
    const { edge, seen } = serve(answering(403), {
      config: { CustomErrorResponses: [{ ErrorCode: 403, ErrorCachingMinTTL: 0 }] },
    });
    await edge(get('/callback/x'));
    await edge(get('/callback/x'));
    expect(seen).toHaveLength(2);
  });

  it('keeps no error of a POST', async () => {
    const { edge, seen } = serve(answering(400));
    await edge(request('POST', '/token'));
    await edge(request('POST', '/token'));
    expect(seen).toHaveLength(2);
  });
});
