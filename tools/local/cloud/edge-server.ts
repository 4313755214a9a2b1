import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Origin } from './api-gateway/index.ts';
import { type EdgeRequest, type EdgeResponse, headerList } from './http-message.ts';

/** One byte more than any origin accepts, so that the origin itself refuses the body. */
const MAX_BODY_BYTES = 10 * 1024 * 1024 + 1;
/** The limit of node:http. It is higher than the edge's limit, so the edge answers. */
export const MAX_HEADER_BYTES = 128 * 1024;

/** Reported for every request when it has ended. */
export interface RequestNotice {
  readonly method: string;
  /** Without the query, which may hold secrets. */
  readonly path: string;
  /** Undefined when the client disconnected before there was a status. */
  readonly status: number | undefined;
  readonly durationMs: number;
  /** Error code of the response, or the reason why a gateway answered. */
  readonly outcome: string | undefined;
}

/** Reads requests from the wire, passes them to the edge, and writes its responses. */
export const edgeListener =
  (edge: () => Origin | undefined, onRequest: (notice: RequestNotice) => void): RequestListener =>
  (incoming, outgoing) => {
    const startedAt = performance.now();
    const gone = new AbortController();
    let answer: EdgeResponse | undefined;
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) gone.abort();
      const { pathname } = splitTarget(incoming.url ?? '/');
      onRequest({
        method: incoming.method ?? '',
        path: pathname,
        status: answer?.status,
        durationMs: performance.now() - startedAt,
        outcome: answer ? outcomeOf(answer) : 'the client disconnected',
      });
    });
    serve(edge(), incoming, gone.signal)
      .then((response) => {
        answer = response;
        return write(response, incoming, outgoing);
      })
      .catch((error: unknown) => {
        // A header cannot be written: a real gateway would have called the response malformed.
        if (outgoing.headersSent || gone.signal.aborted) return void outgoing.destroy();
        answer = { ...plain(502, 'Bad gateway.'), reason: String(error) };
        return write(answer, incoming, outgoing);
      })
      .catch(() => outgoing.destroy());
  };

const serve = async (
  edge: Origin | undefined,
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<EdgeResponse> => {
  if (!edge) return plain(503, 'The local cloud is starting. Try again in a moment.');
  const { pathname, query } = splitTarget(incoming.url ?? '/');
  if (!pathname.startsWith('/')) return plain(400, 'Bad request.');
  const request: EdgeRequest = {
    method: incoming.method ?? 'GET',
    path: pathname,
    query,
    headers: headerList(incoming.rawHeaders),
    body: await readBody(incoming),
    sourceIp: (incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    signal,
  };
  try {
    return await edge(request);
  } catch (error) {
    if (signal.aborted) throw error;
    return { ...plain(500, 'The local cloud failed.'), reason: `the local cloud failed: ${String(error)}` };
  }
};

/** Path and query as they were sent, without the origin of an absolute target. */
const splitTarget = (target: string): { pathname: string; query: string } => {
  const relative = target.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
  const at = relative.indexOf('?');
  return at < 0
    ? { pathname: relative, query: '' }
    : { pathname: relative.slice(0, at), query: relative.slice(at + 1) };
};

const readBody = async (incoming: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    const room = MAX_BODY_BYTES - bytes;
    if (room > 0) chunks.push(chunk.subarray(0, room));
    bytes += Math.min(room, chunk.length);
  }
  return Buffer.concat(chunks);
};

const write = async (response: EdgeResponse, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
  const { status, headers, body } = response;
  const list = headers.map(([name, value]) => [name, value.replaceAll(/[\r\n]+/g, ' ')]);
  const bodiless = incoming.method === 'HEAD' || status === 204 || status === 304;
  if (Buffer.isBuffer(body)) {
    if (status !== 204) list.push(['Content-Length', String(body.length)]);
    outgoing.writeHead(status, list.flat());
    outgoing.end(bodiless ? undefined : body);
    return;
  }
  outgoing.writeHead(status, list.flat());
  outgoing.flushHeaders();
  await pipeline(Readable.from(body, { objectMode: false, highWaterMark: 1 }), outgoing);
};

/** For a status of 400 and above: the `error` of a JSON body, and the reason why a gateway answered. */
const outcomeOf = ({ status, headers, body, reason }: EdgeResponse): string | undefined => {
  if (status < 400) return undefined;
  const isJson = headers.some(([name, value]) => name.toLowerCase() === 'content-type' && value.includes('json'));
  const code = isJson && Buffer.isBuffer(body) ? errorCode(body) : undefined;
  return [code, reason && reason !== code ? `(${reason})` : undefined].filter(Boolean).join(' ') || undefined;
};

const errorCode = (body: Buffer): string | undefined => {
  try {
    const { error } = JSON.parse(body.toString('utf8'));
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
};

const plain = (status: number, text: string): EdgeResponse => ({
  status,
  headers: [['Content-Type', 'text/plain'], ...(status === 503 ? [['Retry-After', '1'] as const] : [])],
  body: Buffer.from(`${text}\n`),
});
