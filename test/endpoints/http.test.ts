import { OAuthError, UnavailableError } from '../../lambdas/core/oauth-error.ts';
import { jsonLog } from '../../lambdas/runtime/adapters/log.ts';
import { cookiesOf } from '../../lambdas/runtime/http/cookies.ts';
import { endpoint } from '../../lambdas/runtime/http/endpoint.ts';
import { formParameters } from '../../lambdas/runtime/http/forms.ts';
import { type Handler, json } from '../../lambdas/runtime/http/messages.ts';
import { errorPage } from '../../lambdas/runtime/pages/message-page.ts';
import { siteOf } from '../../lambdas/runtime/pages/site.ts';
import { themeSettings } from '../../lib/config/theme.ts';
import { invoke } from '../support/authorization/invoke.ts';
import { ISSUER } from '../support/authorization/requests.ts';

const lines: Record<string, unknown>[] = [];
const log = jsonLog((line) => {
  expect(line.indexOf('\n')).toBe(line.length - 1);
  lines.push(JSON.parse(line));
});
beforeEach(() => {
  lines.length = 0;
});

const failing = (error: unknown, options = {}) => {
  const flow: Handler = async () => {
    throw error;
  };
  return invoke(endpoint(flow, { log, ...options }), { path: '/token' });
};

describe('Errors on the wire and in the log (#65)', () => {
  it('a refusal: the code, its words, the request id; the detail is for the log', async () => {
    const answer = await failing(new OAuthError('invalid_grant', 'The words.', { detail: 'the detail' }));
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'The words.', request_id: 'request-1' },
    ]);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(lines).toEqual([
      expect.objectContaining({
        event: 'request_refused',
        requestId: 'request-1',
        error: 'invalid_grant',
        detail: 'the detail',
      }),
    ]);
  });

  it('a fault of a service: 503 with Retry-After, its cause in the log', async () => {
    const answer = await failing(new UnavailableError('DynamoDB', new Error('arn:aws:secret')));
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, expect.stringMatching(/^[2-8]$/)]);
    expect(answer.body).not.toMatch(/arn:aws|DynamoDB/);
    expect(lines[0]).toMatchObject({ event: 'request_failed', detail: expect.stringContaining('arn:aws') });
  });

  it.each([
    [0, '2'],
    [0.5, '5'],
    [0.999, '8'],
  ])('#225 those who failed together do not come back together: %d is %s seconds', async (random, seconds) => {
    const down: Handler = async () => {
      throw new UnavailableError('DynamoDB');
    };
    const answer = await invoke(endpoint(down, { log, random: () => random }), { path: '/token' });
    expect(answer.headers['retry-after']).toBe(seconds);
  });

  it('#223 no time left: 503 with Retry-After before the function is cut off', async () => {
    const never: Handler = () => new Promise(() => {});
    const handler = endpoint(never, { log });
    const inAQuarter = (event: Parameters<typeof handler>[0]) =>
      handler(event, { getRemainingTimeInMillis: () => 260 } as never);
    const answer = await invoke(inAQuarter, { path: '/token' });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, expect.stringMatching(/^[2-8]$/)]);
  });

  it('anything else: server_error in constant words', async () => {
    for (const error of [new TypeError('canary'), 'canary', undefined, { canary: true }]) {
      const answer = await failing(error);
      expect([answer.status, JSON.parse(answer.body).error]).toEqual([500, 'server_error']);
      expect(answer.body).not.toContain('canary');
    }
  });

  it('#233 what could not be parsed is not quoted in the log', async () => {
    const cause = (() => {
      try {
        return JSON.parse('{"access_token":"canary');
      } catch (error) {
        return error;
      }
    })();
    await failing(new Error('reading failed', { cause }));
    expect(lines[0]?.detail).toBe('Error: reading failed <- SyntaxError');
  });

  it('#235 a value cannot forge a line, and is cut', async () => {
    await failing(
      new OAuthError('invalid_request', 'x', { detail: `a\n{"event":"forged"}\u001b[31m${'x'.repeat(5000)}` }),
    );
    expect(lines).toHaveLength(1);
    expect(String(lines[0]?.detail).length).toBe(1000);
  });

  it('a page shows the words and the request id, escaped', async () => {
    const answer = await failing(new OAuthError('invalid_request', '<b>'), {
      renderError: errorPage(siteOf(ISSUER, themeSettings({ theme: {} }))),
    });
    expect(answer.body).toContain('&lt;b&gt;');
    expect(answer.body).toContain('request-1');
  });
});

describe('Forms (RFC 6749 App. B)', () => {
  const send = async (body: string, headers: Record<string, string | readonly string[]> = {}) => {
    let parameters: [string, string][] = [];
    const flow: Handler = async (request) => {
      parameters = [...formParameters(request, { repeatable: ['resource'] })];
      return json(200, {});
    };
    const answer = await invoke(endpoint(flow, { log }), {
      method: 'POST',
      path: '/token',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
    return { status: answer.status, parameters };
  };

  it('decode plus and percent, drop empty values, and keep what may be repeated', async () => {
    expect(await send('a=x+y%2B&b=&&c&d=1=2&resource=1&resource=2&%C3%BC=%E2%82%AC')).toEqual({
      status: 200,
      parameters: [
        ['a', 'x y+'],
        ['d', '1=2'],
        ['resource', '1'],
        ['resource', '2'],
        ['ü', '€'],
      ],
    });
  });

  it.each([
    ['#23 a parameter twice', 'a=1&a=2', 400],
    ['#23 a parameter twice, written differently', 'a=1&%61=2', 400],
    ['#61 overlong UTF-8', 'a=%c0%80', 400],
    ['#61 half a character', 'a=%e2%82', 400],
    ['#61 lost bytes', 'a=\uFFFD', 400],
    ['#61 a broken escape', 'a=%', 400],
    ['#60 more than 16 KB', `a=${'x'.repeat(16_383)}`, 413],
  ])('refuse %s', async (_, body, status) => expect((await send(body)).status).toBe(status));

  it('#60 64 parameters, and not one more', async () => {
    const parameters = (count: number) => Array.from({ length: count }, (_, n) => `p${n}=1`).join('&');
    expect((await send(parameters(64))).parameters).toHaveLength(64);
    expect((await send(parameters(65))).status).toBe(400);
  });

  it.each([
    ['application/x-www-form-urlencoded;charset=UTF-8', 200],
    ['Application/X-WWW-Form-Urlencoded', 200],
    ['application/x-www-form-urlencoded; charset=latin1', 400],
    ['application/json, application/x-www-form-urlencoded', 400],
    ['application/x-www-form-urlencodedx', 400],
    ['', 400],
  ])('#58 with the content type %j: %d', async (contentType, status) =>
    expect((await send('a=1', { 'Content-Type': contentType })).status).toBe(status),
  );

  it('#58 with two content types are refused', async () => {
    const types = ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded'];
    expect((await send('a=1', { 'Content-Type': types })).status).toBe(400);
  });
});

describe('Cookies of a request (RFC 6265 §5.4)', () => {
  const receive = async (cookie: string | string[]): Promise<unknown> => {
    const echo: Handler = async (request) => json(200, cookiesOf(request));
    return JSON.parse((await invoke(endpoint(echo, { log }), { path: '/', headers: { Cookie: cookie } })).body);
  };

  it.each<[string, string | string[], object]>([
    ['several', 'a=1; b=2', { a: '1', b: '2' }],
    ['two fields', ['a=1', 'b=2'], { a: '1', b: '2' }],
    ['no space, and more of it', 'a=1;b=2 ;\t c = 3 ', { a: '1', b: '2', c: '3' }],
    ['= inside a value', 'a=b==', { a: 'b==' }],
    ['an empty value', 'a=; b=2', { a: '', b: '2' }],
    ['no name, and no value', '=1; b; ; c=3', { '': '1', c: '3' }],
    ['the first of a name', 'a=1; a=2', { a: '1' }],
    ['an escape, as it is', 'a=%41', { a: '%41' }],
  ])('%s', async (_, cookie, cookies) => expect(await receive(cookie)).toEqual(cookies));

  it('have names that no object has by itself', async () => {
    const handler: Handler = async (request) => json(200, { names: Object.keys(cookiesOf(request)) });
    const headers = { Cookie: '__proto__=1; constructor=2' };
    const { body } = await invoke(endpoint(handler, { log }), { path: '/', headers });
    expect(JSON.parse(body)).toEqual({ names: ['__proto__', 'constructor'] });
  });
});
