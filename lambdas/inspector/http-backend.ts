import type { IncomingMessage } from 'node:http';
import type { HeaderValues } from '../core/mcp/headers.ts';
import { IDENTITY_HEADERS, type IdentityContext, isIdentityHeader } from '../core/mcp/identity-headers.ts';
import { isHopByHop } from '../core/net/hop-by-hop.ts';
import { type Backend, BackendError, type BackendRequest } from './backend.ts';
import type { Exchange } from './exchange.ts';

/** Set anew for the connection to the backend. */
const REPLACED_HEADERS: ReadonlySet<string> = new Set(['content-length', 'expect', 'host']);

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
  const isDropped = (name: string) =>
    isHopByHop(name) || REPLACED_HEADERS.has(name) || ofConnection.includes(name) || isIdentityHeader(name);
  const passed = [...headers].filter(([name]) => !isDropped(name));
  return {
    ...Object.fromEntries(passed.map(([name, values]) => [name, values.map(toBytes)])),
    ...identityHeaders(identity),
  };
};

const identityHeaders = (identity: IdentityContext): Record<string, string> =>
  Object.fromEntries(
    Object.entries(identity).map(([member, value]) => [IDENTITY_HEADERS[member as keyof IdentityContext], value]),
  );

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
