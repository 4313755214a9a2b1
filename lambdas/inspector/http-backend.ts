import type { IncomingMessage } from 'node:http';
import type { HeaderValues } from '../core/mcp/headers.ts';
import { type Backend, BackendError, type BackendRequest, isIdentityHeader } from './backend.ts';
import type { Exchange } from './exchange.ts';

/** Belong to one connection (RFC 9110 §7.6.1), or are set anew for the backend's. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * An MCP server that is reached by URL.
 * @param url what stands for the server's path; what follows that path in a request is appended
 */
export const httpBackend = (url: string, exchange: Exchange): Backend => ({
  send: async (request, signal) => {
    const { event, body } = request;
    const headers = headersFor(request);
    const answer = await exchange(targetOf(url, request), { method: event.httpMethod, headers, body, signal });
    return { status: answer.statusCode ?? 502, headers: headersOf(answer), body: answer };
  },
});

/** The request untouched, but for who the caller is: that only we say. */
const headersFor = ({ headers, identity }: BackendRequest): Record<string, string | string[]> => {
  const ofConnection = (headers.get('connection') ?? []).flatMap((value) => value.toLowerCase().split(/[\s,]+/));
  const passed = [...headers].filter(
    ([name]) => !CONNECTION_HEADERS.has(name) && !ofConnection.includes(name) && !isIdentityHeader(name),
  );
  return {
    ...Object.fromEntries(passed.map(([name, values]) => [name, values.map(toBytes)])),
    ...Object.fromEntries(identity),
  };
};

/** Characters beyond a byte as the bytes of UTF-8, one character each, which is what node can send. */
const toBytes = (value: string): string =>
  /[^\0-\xff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;

const headersOf = (answer: IncomingMessage): HeaderValues =>
  new Map(Object.entries(answer.headersDistinct).map(([name, values]) => [name, values ?? []]));

const targetOf = (url: string, { event }: BackendRequest): URL => {
  const target = new URL(url);
  const rest = event.pathParameters?.proxy;
  if (rest) target.pathname = [target.pathname.replace(/\/$/, ''), ...rest.split('/').map(encodeSegment)].join('/');
  for (const [name, values] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    for (const value of values ?? []) target.searchParams.append(name, value);
  }
  return target;
};

/** One path segment, encoded once, whether or not it arrives decoded. It can neither climb up nor become two. */
const encodeSegment = (segment: string): string => {
  const decoded = decode(segment);
  if (decoded === undefined || /^\.{1,2}$|[/\\]/.test(decoded)) {
    throw new BackendError(404, 'the path holds a segment that is none');
  }
  return encodeURIComponent(decoded);
};

const decode = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
};
