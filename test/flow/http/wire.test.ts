import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import {
  obtainCode,
  obtainSession,
  REDIRECT_URI,
  redeem,
  registerClient,
  type Session,
} from '../../support/http/oauth-requests.ts';
import type { RawAnswer } from '../../support/http/raw-request.ts';
import { openSocket, rawExchange, readAnswers, readToEnd, requestHead } from '../../support/http/raw-socket.ts';

// Framing and header fields that no client library would send, and clients that disconnect.

const cloud = sharedCloud();
const HOST = `host: ${new URL(cloud.origin).host}`;
const CLOSE = 'connection: close';
const FORM = 'content-type: application/x-www-form-urlencoded';
const METADATA = '/.well-known/oauth-authorization-server';

let session: Session;
beforeAll(async () => {
  session = await obtainSession(cloud);
});

const send = async (line: string, headers: readonly string[] = [], body = ''): Promise<RawAnswer[]> =>
  rawExchange(cloud.origin, `${requestHead(line, [HOST, CLOSE, ...headers])}${body}`);

const post = (path: string, body: string, headers: readonly string[] = [FORM]): Promise<RawAnswer[]> =>
  send(`POST ${path} HTTP/1.1`, [...headers, `content-length: ${Buffer.byteLength(body)}`], body);

/** Expects that some layer refused the request or closed the connection without a response. */
const expectRefused = (answers: readonly RawAnswer[]): void => {
  expect(answers.length).toBeLessThanOrEqual(1);
  for (const { status, body } of answers) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body).not.toMatch(/\bat .*\.(ts|mjs|js):|arn:aws|access_token/);
  }
};

const refreshForm = (): string =>
  `grant_type=refresh_token&client_id=${session.client.client_id}&refresh_token=${session.refreshToken}`;

describe('Where a body begins and ends (RFC 9112 §6): ambiguous framing is refused', () => {
  it.each([
    ['both framings', ['content-length: 5', 'transfer-encoding: chunked'], '0\r\n\r\nGET /x'],
    ['both framings, the other way round', ['transfer-encoding: chunked', 'content-length: 5'], '0\r\n\r\n'],
    ['two lengths', ['content-length: 5', 'content-length: 6'], 'a=b&c='],
    ['a list of lengths', ['content-length: 5, 6'], 'a=b&c='],
    ['a signed length', ['content-length: +5'], 'a=b&c'],
    ['a negative length', ['content-length: -1'], ''],
    ['a hexadecimal length', ['content-length: 0x5'], 'a=b&c'],
    ['a length with a space before the colon', ['content-length : 5'], 'a=b&c'],
    ['an unknown coding', ['transfer-encoding: xchunked'], 'a=b'],
    ['chunked that is not the last coding', ['transfer-encoding: chunked, identity'], 'a=b'],
    ['chunked with a tab', ['transfer-encoding:\x0bchunked'], 'a=b'],
    ['a chunk size that is not a number', ['transfer-encoding: chunked'], 'z\r\na=b\r\n0\r\n\r\n'],
    ['a chunk size that overflows', ['transfer-encoding: chunked'], 'fffffffffffffffff\r\na=b\r\n0\r\n\r\n'],
    ['a chunk longer than its size', ['transfer-encoding: chunked'], '1\r\na=b\r\n0\r\n\r\n'],
  ])('%s', async (_what, framing, body) => {
    expectRefused(await send('POST /token HTTP/1.1', [FORM, ...framing], body));
  });

  it('a chunked body with an extension and a trailer is accepted', async () => {
    const [first, rest] = ['grant_type=refresh_token', `&client_id=${session.client.client_id}&refresh_token=x`];
    const chunk = (text: string) => `${text.length.toString(16)};x=y\r\n${text}\r\n`;
    const body = `${chunk(first)}${chunk(rest)}0\r\nX-Trailer: 1\r\n\r\n`;
    const [answer] = await send('POST /token HTTP/1.1', [FORM, 'transfer-encoding: chunked'], body);
    expect([answer?.status, JSON.parse(answer?.body ?? '').error]).toEqual([400, 'invalid_grant']);
  });

  it('bytes after a body are read as the next request', async () => {
    const body = 'grant_type=password';
    const first = `${requestHead('POST /token HTTP/1.1', [HOST, FORM, `content-length: ${body.length}`])}${body}`;
    const answers = await rawExchange(
      cloud.origin,
      `${first}${requestHead(`GET ${METADATA} HTTP/1.1`, [HOST, CLOSE])}`,
    );
    expect(answers.map(({ status }) => status)).toEqual([400, 200]);
    expect(JSON.parse(answers[0]?.body ?? '').error).toBe('unsupported_grant_type');
  });
});

describe('Header fields (RFC 9112 §5)', () => {
  it.each([
    ['a folded header', 'x-folded: a\r\n b'],
    ['a bare line feed in a value', 'x-a: b\nx-injected: 1'],
    ['a bare carriage return in a value', 'x-a: b\rx-injected: 1'],
    ['NUL in a value', 'x-a: b\0c'],
    ['a space in a name', 'x a: b'],
    ['no name', ': b'],
    ['no colon', 'nonsense'],
    ['a second host', 'host: evil.test'],
  ])('%s is refused or has no effect', async (_what, header) => {
    for (const { status, headers, body } of await send(`GET ${METADATA} HTTP/1.1`, [header])) {
      if (status === 200) expect(JSON.parse(body).issuer).toBe(cloud.origin);
      else expect([status >= 400 && status < 500, headers.location]).toEqual([true, undefined]);
      expect(headers['x-injected']).toBeUndefined();
    }
  });

  it.each([
    ['two content types', [FORM, 'content-type: application/json']],
    ['two content types in one', ['content-type: application/json, application/x-www-form-urlencoded']],
    ['a charset in which names look different', ['content-type: application/x-www-form-urlencoded; charset=utf-7']],
    ['no content type', []],
    ['multipart/form-data', ['content-type: multipart/form-data; boundary=x']],
    ['text/plain', ['content-type: text/plain']],
  ])('#58 %s: the request is refused', async (_what, headers) => {
    const [answer] = await post('/token', refreshForm(), headers);
    expect([400, 415]).toContain(answer?.status);
    expect(JSON.parse(answer?.body ?? '').error).toBe('invalid_request');
  });

  it('#23 two Authorization headers at /token are refused', async () => {
    const [answer] = await post('/token', refreshForm(), [
      FORM,
      'authorization: Basic eDp5',
      'authorization: Basic eDp6',
    ]);
    expect([400, 401]).toContain(answer?.status);
  });

  it.each([10_300, 40_000, 200_000])('%i bytes of headers are refused', async (bytes) => {
    expectRefused(await send('GET /health HTTP/1.1', [`x-long: ${'x'.repeat(bytes)}`]));
    expectRefused(
      await send(
        'GET /health HTTP/1.1',
        Array.from({ length: bytes / 16 }, (_, i) => `x-many-${i}: ${'x'.repeat(8)}`),
      ),
    );
  });

  it.each([
    ['two hundred', Array.from({ length: 200 }, (_, index) => `c${index}=x`).join('; ')],
    ['without a value', '__Host-gatehouse-page; =; ;;; =x'],
    ['our cookie twice', `__Host-gatehouse-page=${'a'.repeat(43)}; __Host-gatehouse-page=${'b'.repeat(43)}`],
    ['names of prototypes', '__proto__=x; constructor=y; toString=z'],
    [
      'our cookies, empty and oversized',
      `__Host-gatehouse-page=; __Host-gatehouse-tx-${'x'.repeat(4000)}=1.${'x'.repeat(43)}`,
    ],
    ['bytes beyond ASCII', '__Host-gatehouse-page=\xff\xfe"; a="b;c'],
    ['broken encodings', 'a=%; b=%zz; c=%ff%00'],
  ])('#142 cookies (%s) lead to a page, never to a 5xx', async (_what, cookie) => {
    const header = `cookie: ${cookie}`;
    for (const line of ['GET /authorize?client_id=x HTTP/1.1', 'GET /callback/company?state=x&code=y HTTP/1.1']) {
      const [answer] = await send(line, [header]);
      expect([answer?.status, answer?.headers['set-cookie']]).toEqual([400, undefined]);
    }
    const [posted] = await post('/consent', 'request=x', [FORM, header, `origin: ${cloud.origin}`]);
    expect([400, 403]).toContain(posted?.status);
  });
});

describe('Clients that disconnect', () => {
  const isAlive = async (): Promise<void> => {
    expect((await send(`GET ${METADATA} HTTP/1.1`))[0]?.status).toBe(200);
  };

  it.each([
    ['immediately', ''],
    ['in the request line', 'POST /tok'],
    ['in the headers', requestHead('POST /token HTTP/1.1', [HOST, FORM]).slice(0, -2)],
    ['in the body', `${requestHead('POST /token HTTP/1.1', [HOST, FORM, 'content-length: 100'])}grant_type=`],
    ['in a chunk', `${requestHead('POST /token HTTP/1.1', [HOST, FORM, 'transfer-encoding: chunked'])}ff\r\ngrant`],
  ])('%s: other clients are not affected', async (_when, bytes) => {
    const sockets = Array.from({ length: 20 }, () => openSocket(cloud.origin));
    await Promise.all(sockets.map((socket) => new Promise<void>((done) => socket.write(bytes, () => done()))));
    for (const socket of sockets) socket.destroy();
    await isAlive();
  });

  it('an incomplete redemption does not consume the code', async () => {
    const client = await registerClient(cloud);
    const code = await obtainCode(cloud, client);
    const form = `${new URLSearchParams({
      grant_type: 'authorization_code',
      code: code.code,
      client_id: client.client_id,
      redirect_uri: REDIRECT_URI,
      code_verifier: code.codeVerifier,
    })}`;
    const socket = openSocket(cloud.origin);
    const head = requestHead('POST /token HTTP/1.1', [HOST, FORM, `content-length: ${form.length + 1}`]);
    await new Promise<void>((done) => socket.write(`${head}${form}`, () => done()));
    socket.destroy();
    expect((await redeem(cloud, code)).status).toBe(200);
  });

  it('a client that closes only its sending side gets the response', async () => {
    const socket = openSocket(cloud.origin);
    socket.end(requestHead(`GET ${METADATA} HTTP/1.1`, [HOST, CLOSE]));
    const answers = readAnswers(await readToEnd(socket));
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });
});
