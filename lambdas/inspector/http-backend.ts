import type { IncomingMessage } from 'node:http';
import type { HeaderValues } from '../core/mcp/headers.ts';
import { IDENTITY_HEADERS, type IdentityContext, isIdentityHeader } from '../core/mcp/identity-headers.ts';
import { isHopByHop } from '../core/net/hop-by-hop.ts';
import { type Backend, BackendError, type BackendRequest } from './backend.ts';
import type { Exchange } from './exchange.ts';

/** Headers that the connection to the backend sets itself. */
const REPLACED_HEADERS: ReadonlySet<string> = new Set(['content-length', 'expect', 'host']);

/**
 * Sends requests to an MCP server by HTTP.
 *
 * @param url stands for the server's path. The part of a request's path after the server's path is appended to it.
 */
export const httpBackend = (url: string, exchange: Exchange): Backend => ({
  send: async (request, signal) => {
    const { event, body } = request;
    const headers = headersFor(request);
    const answer = await exchange(targetOf(url, request), { method: event.httpMethod, headers, body, signal });
    return { status: answer.statusCode ?? 502, headers: headersOf(answer), body: answer };
  },
});

/** Passes the caller's headers on, except that only Gatehouse may set the identity headers. */
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

/** Encodes text beyond Latin-1 as UTF-8, with one character per byte, because node:http sends only Latin-1. */
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

/**
 * Encodes one path segment exactly once, whether or not it arrives decoded.
 *
 * @throws BackendError 404 for a segment that would leave the path or become two segments
 */
const encodeSegment = (segment: string): string => {
  const decoded = decode(segment);
  if (decoded === undefined || /^\.{1,2}$|[/\\]/.test(decoded)) {
    throw new BackendError(404, 'the path has an invalid segment');
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
