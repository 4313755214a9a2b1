import { connect, type Socket } from 'node:net';
import type { RawAnswer } from './raw-request.ts';

const TIMEOUT_MS = 300_000;

/** A request line and headers as they are sent, without the final empty line. */
export const requestHead = (line: string, headers: readonly string[] = []): string =>
  [line, ...headers, '', ''].join('\r\n');

/**
 * Sends bytes as they are, which no client library would, and reads answers until the server closes the connection: so
 * the last request should say `Connection: close`.
 *
 * @param origin such as `http://localhost:4800`
 * @throws Error if the server does not close the connection within five minutes
 */
export const rawExchange = async (origin: string, bytes: string | Buffer): Promise<RawAnswer[]> => {
  const socket = openSocket(origin);
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return readAnswers(await readToEnd(socket));
};

/** A connection that the caller writes to and ends. Errors are ignored, because servers close misused connections. */
export const openSocket = (origin: string): Socket => {
  const { hostname, port } = new URL(origin);
  return connect(Number(port), hostname).on('error', () => undefined);
};

/** Everything received until either side closes the connection. */
export const readToEnd = (socket: Socket): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.setTimeout(TIMEOUT_MS, () => {
      socket.destroy();
      reject(
        new Error(`no end after ${TIMEOUT_MS} ms, but: ${Buffer.concat(chunks).toString('latin1').slice(0, 500)}`),
      );
    });
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });

/** Parses the responses of a server, without those with status 1xx. */
export const readAnswers = (bytes: Buffer): RawAnswer[] => {
  const answers: RawAnswer[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const headEnd = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.subarray(0, headEnd).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
    if (headEnd < 0 || Number.isNaN(status))
      throw new Error(`no HTTP answer: ${rest.toString('latin1').slice(0, 200)}`);
    const headers = headersOf(lines);
    const { body, length } = bodyOf(headers, rest.subarray(headEnd + 4));
    if (status >= 200) answers.push({ status, headers, body: body.toString() });
    rest = rest.subarray(headEnd + 4 + length);
  }
  return answers;
};

const headersOf = (lines: readonly string[]): Record<string, string | string[]> => {
  const headers: Record<string, string | string[]> = {};
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:\s]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`a line of the head that is no header: ${JSON.stringify(line)}`);
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : [headers[key], value].flat();
  }
  return headers;
};

const bodyOf = (headers: Record<string, string | string[]>, rest: Buffer): { body: Buffer; length: number } => {
  if (String(headers['transfer-encoding']).toLowerCase() === 'chunked') return chunkedBody(rest);
  const length = headers['content-length'] === undefined ? rest.length : Number(headers['content-length']);
  return { body: rest.subarray(0, length), length: Math.min(length, rest.length) };
};

const chunkedBody = (rest: Buffer): { body: Buffer; length: number } => {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    const size = lineEnd < 0 ? 0 : Number.parseInt(rest.subarray(at, lineEnd).toString('latin1'), 16);
    if (lineEnd < 0 || size === 0) return { body: Buffer.concat(chunks), length: rest.length };
    chunks.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
};
