import type { IncomingMessage } from 'node:http';
import type { HeaderValues } from '../core/mcp/headers.ts';
import {
  IDENTITY_HEADERS,
  type IdentityContext,
  isIdentityHeader,
  QUERY_HEADER,
} from '../core/mcp/identity-headers.ts';
import { isHopByHop } from '../core/net/hop-by-hop.ts';
import { type Backend, type BackendAnswer, BackendError, type BackendRequest } from './backend.ts';
import type { CredentialHeaders } from './credential-headers.ts';
import type { Exchange } from './exchange.ts';
import { redirectFault, redirectLocation, slashRedirect } from './redirect.ts';

/** Headers that the connection to the backend sets itself. */
const REPLACED_HEADERS: ReadonlySet<string> = new Set(['content-length', 'expect', 'host']);

/**
 * Sends requests to an MCP server by HTTP.
 *
 * @param url stands for the server's path. The part of a request's path after the server's path is appended to it.
 * @param readCredentials returns the headers by which the server knows Gatehouse. By default there are none.
 */
export const httpBackend = (
  url: string,
  exchange: Exchange,
  readCredentials: CredentialHeaders = async () => ({}),
): Backend => ({
  send: async (request, signal) => {
    const { event, body } = request;
    const headers = headersFor(request, await readCredentials());
    const { url: target, query } = targetOf(url, request);
    const ask = async (pathname: string): Promise<BackendAnswer> => {
      const path = query === '' ? pathname : `${pathname}?${query}`;
      const answer = await exchange(target, { path, method: event.httpMethod, headers, body, signal });
      return { status: answer.statusCode ?? 502, headers: headersOf(answer), body: answer };
    };
    const first = await ask(target.pathname);
    const pathname = slashRedirect(first, target);
    if (pathname !== undefined) first.body.destroy();
    const answer = pathname === undefined ? first : await ask(pathname);
    const location = redirectLocation(answer);
    if (location === undefined) return answer;
    answer.body.destroy();
    throw redirectFault(location, target);
  },
});

/** Passes the caller's headers on, except that only Gatehouse may set the identity headers and its credentials. */
const headersFor = (
  { headers, identity }: BackendRequest,
  credentials: Readonly<Record<string, string>>,
): Record<string, string | string[]> => {
  const ofConnection = (headers.get('connection') ?? []).flatMap((value) => value.toLowerCase().split(/[\s,]+/));
  const isDropped = (name: string) =>
    isHopByHop(name) ||
    REPLACED_HEADERS.has(name) ||
    ofConnection.includes(name) ||
    isIdentityHeader(name) ||
    Object.hasOwn(credentials, asServersReadIt(name));
  const passed = [...headers].filter(([name]) => !isDropped(name));
  return {
    ...Object.fromEntries(passed.map(([name, values]) => [name, values.map(toBytes)])),
    ...identityHeaders(identity),
    ...credentials,
  };
};

/** Servers that read headers as CGI variables (RFC 3875 §4.1.18) take `x_api_key` for `x-api-key`. */
const asServersReadIt = (name: string): string => name.replace(/[^a-z0-9]/g, '-');

const identityHeaders = (identity: IdentityContext): Record<string, string> =>
  Object.fromEntries(
    Object.entries(identity).map(([member, value]) => [IDENTITY_HEADERS[member as keyof IdentityContext], value]),
  );

/** Encodes text beyond Latin-1 as UTF-8, with one character per byte, because node:http sends only Latin-1. */
const toBytes = (value: string): string =>
  /[^\0-\xff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;

const headersOf = (answer: IncomingMessage): HeaderValues =>
  new Map(Object.entries(answer.headersDistinct).map(([name, values]) => [name, values ?? []]));

/** `query` is beside the URL, because `URL` would change its bytes. */
const targetOf = (url: string, request: BackendRequest): { url: URL; query: string } => {
  const target = new URL(url);
  const rest = request.event.pathParameters?.proxy;
  if (rest) target.pathname = [target.pathname.replace(/\/$/, ''), ...rest.split('/').map(encodeSegment)].join('/');
  const query = [target.search.slice(1), queryOf(request)].filter((part) => part !== '').join('&');
  return { url: target, query };
};

/** The query as the client wrote it, or the parameters of the event if the edge did not send it. */
const queryOf = ({ event, headers }: BackendRequest): string => {
  const [sent, ...others] = headers.get(QUERY_HEADER) ?? [];
  if (sent !== undefined && others.length === 0 && /^[\x21-\x22\x24-\x7e]*$/.test(sent)) return sent;
  const parameters = new URLSearchParams();
  for (const [name, values] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    for (const value of values ?? []) parameters.append(name, value);
  }
  return parameters.toString();
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
