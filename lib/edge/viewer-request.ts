import { QUERY_HEADER } from '../../lambdas/core/mcp/identity-headers.ts';
import { VIEWER_HEADER } from '../names.ts';

/** What the edge knows of an MCP server. */
export interface EdgeServer {
  /** Path from the root of the issuer. */
  readonly path: string;
  /** An inspector forwards POST and DELETE to an HTTP backend, and needs the query as it was sent. */
  readonly needsRawQuery: boolean;
  /**
   * Origins whose pages may call the server.
   *
   * @default any
   */
  readonly allowedOrigins?: readonly string[] | undefined;
}

/** CloudFront uses the first behaviour that matches, so `/tools/mcp` must come before `/tools/*`. */
export const mostSpecificFirst = <T extends Pick<EdgeServer, 'path'>>(servers: readonly T[]): T[] =>
  [...servers].sort((a, b) => b.path.split('/').length - a.path.split('/').length);

/**
 * Headers in which proxies tell a backend who calls, or to which host and path. A caller can send them too. The names
 * are in lower case, with a hyphen for each character that some server reads as one.
 */
const PROXY_HEADERS = [
  'forwarded$',
  'x-forwarded-',
  'x-original-',
  'x-rewrite-url$',
  '(x-)?remote-(user|name|email|groups?|addr|host|ident)$',
  // oauth2-proxy, Authelia, authentik, Vouch, Pomerium, Kong, Grafana
  'x-(auth-request|auth-user|authenticated|authentik|vouch|pomerium|consumer|credential|webauth|proxy-user)',
  // Google, Microsoft, Amazon, Cloudflare, Tailscale
  'x-goog-(authenticated-user|iap)-',
  'x-ms-(client-principal|token)',
  'x-amzn-oidc-',
  'cf-(access|connecting)-',
  'tailscale-',
  // Client certificates and addresses
  '(x-)?ssl-client',
  'x-(client-(cert|verify|dn|ip)|cluster-client-ip|real-ip)',
  '(true|fastly)-client-ip$',
  '(x-)?(oidc-claim|mellon)-',
  'impersonate-',
].join('|');

/**
 * The source of the CloudFront Function that sees every request first.
 *
 * - It removes every header that a server could read as `x-gatehouse-*`, so no caller can forge identity. Servers that
 *   read headers as CGI variables turn hyphens into underscores (RFC 3875 §4.1.18), and some turn other characters too.
 * - It removes headers that look like a proxy's word about the caller (`Forwarded`, `X-Forwarded-User`).
 * - It keeps the cookies of the authorization server from MCP servers.
 * - It answers 403 to a page of an origin that the server does not allow (MCP, Streamable HTTP, "Security Warning").
 * - It sets `x-gatehouse-viewer` to the viewer's address.
 * - It answers 404 to paths with a `.` or `..` segment or a separator inside a segment, in any encoding. API Gateway
 *   forwards such paths, and they could climb out of the backend's URL. Some servers also drop what follows a
 *   semicolon. The rule holds for every path, because the path of a server can be encoded too.
 * - It treats `/mcp/` as `/mcp`, and redirects browsers from there to the welcome page. A page visit asks for HTML,
 *   brings no token and does not accept a stream. Every client that sends GET accepts a stream (MCP 2025-11-25,
 *   "Listening for Messages from the Server").
 * - It answers with the documents that the configuration adds below `/.well-known/`. Edges keep no copy of them.
 * - It sends the query byte for byte in `x-gatehouse-query` to an inspector that forwards it.
 *
 * The runtime supports ES 5.1 and a little more, but neither `for … of` nor destructuring. The local run refuses what
 * the runtime lacks.
 *
 * @param servers the MCP servers
 * @param documents path → text of the documents that the configuration adds
 */
export const viewerRequestCode = (
  servers: readonly EdgeServer[],
  documents: Readonly<Record<string, string>> = {},
): string => `const servers = ${JSON.stringify(
  // As in the behaviours of the distribution.
  mostSpecificFirst(servers),
)};
const documents = ${JSON.stringify(documents)};

function serverOf(uri) {
  return servers.filter((server) => uri === server.path || uri.startsWith(server.path + '/'))[0];
}

function isForeign(origin, allowed) {
  return origin && (origin.multiValue || !allowed.includes(origin.value));
}

function isPageVisit(request) {
  const accept = request.headers.accept;
  return request.method === 'GET' && !request.headers.authorization && accept && !accept.multiValue &&
    accept.value.includes('text/html') && !accept.value.includes('text/event-stream');
}

function mayClimb(path) {
  return /\\\\|%(25)*(2f|5c)/i.test(path) || /[/]([.]|%(25)*2e){1,2}(;|%(25)*3b|[/]|$)/i.test(path);
}

function handler(event) {
  const request = event.request;
  if (mayClimb(request.uri)) {
    return {
      statusCode: 404,
      statusDescription: 'Not Found',
      headers: {
        'content-type': { value: 'application/json' },
        'cache-control': { value: 'no-store' },
        'access-control-allow-origin': { value: '*' },
      },
      body: '{"error":"not_found","error_description":"The path holds . or .. or an encoded slash: send it without."}',
    };
  }
  if (Object.keys(documents).includes(request.uri) && (request.method === 'GET' || request.method === 'HEAD')) {
    return {
      statusCode: 200,
      statusDescription: 'OK',
      headers: {
        'content-type': { value: 'text/plain; charset=utf-8' },
        'cache-control': { value: 'no-store' },
        'x-content-type-options': { value: 'nosniff' },
        'access-control-allow-origin': { value: '*' },
      },
      body: request.method === 'HEAD' ? '' : documents[request.uri],
    };
  }
  Object.keys(request.headers).forEach((name) => {
    if (/^(x-gatehouse-|${PROXY_HEADERS})/.test(name.toLowerCase().replace(/[^a-z0-9]/g, '-'))) delete request.headers[name];
  });
  request.headers['${VIEWER_HEADER}'] = { value: event.viewer.ip };
  const server = serverOf(request.uri);
  if (!server) return request;
  if (server.allowedOrigins && isForeign(request.headers.origin, server.allowedOrigins)) {
    return {
      statusCode: 403,
      statusDescription: 'Forbidden',
      headers: { 'content-type': { value: 'application/json' }, 'cache-control': { value: 'no-store' } },
      body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Pages of this origin may not use this server."}}',
    };
  }
  Object.keys(request.cookies).forEach((name) => {
    if (name.startsWith('__Host-gatehouse')) delete request.cookies[name];
  });
  if (request.uri === server.path + '/') request.uri = server.path;
  const query = request.rawQueryString();
  if (server.needsRawQuery && query && (request.method === 'POST' || request.method === 'DELETE')) {
    request.headers['${QUERY_HEADER}'] = { value: query };
  }
  if (request.uri === server.path && isPageVisit(request)) {
    return {
      statusCode: 303,
      statusDescription: 'See Other',
      headers: { location: { value: '/' }, 'cache-control': { value: 'no-store' } },
    };
  }
  return request;
}
`;
