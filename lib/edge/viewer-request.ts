/** The viewer's address as CloudFront saw it. */
export const VIEWER_HEADER = 'x-gatehouse-viewer';

/** What CloudFront adds on its way to the APIs, and nobody else knows. */
export const ORIGIN_HEADER = 'x-gatehouse-origin';

/**
 * Source of the CloudFront Function that sees every request first. Nobody outside may speak as the door: every header
 * that a server could read as `x-gatehouse-*` is dropped (in a CGI variable, RFC 3875 §4.1.18, an underscore stands for
 * each hyphen, and in some servers for whatever else is no letter and no digit), and `x-gatehouse-viewer` is the viewer's
 * address as CloudFront saw it.
 * Paths with `.` or `..` as a segment, or with a separator within one, in any encoding, are nothing: API Gateway passes
 * them on, and a backend would climb out of what is its URL (some servers drop what follows a semicolon). This holds for
 * every path, since a server's own can be encoded, too.
 * `/mcp/` is the same resource as `/mcp`. Whoever opens it in a browser is led to the page that says what it is: a page
 * asks for HTML and neither brings a token nor reads a stream, as every client does that sends GET (MCP 2025-11-25,
 * "Listening for Messages from the Server").
 * The runtime knows ES 5.1 and a little more, neither `for … of` nor destructuring: the local run refuses what it lacks.
 *
 * @param serverPaths paths of the MCP servers
 */
export const viewerRequestCode = (
  serverPaths: readonly string[],
): string => `const serverPaths = ${JSON.stringify(serverPaths)};

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
      headers: { 'content-type': { value: 'application/json' }, 'cache-control': { value: 'no-store' } },
      body: '{"error":"not_found","error_description":"The path holds . or .. or an encoded slash: send it without."}',
    };
  }
  Object.keys(request.headers).forEach((name) => {
    if (/^x[^a-z0-9]gatehouse[^a-z0-9]/i.test(name)) delete request.headers[name];
  });
  request.headers['${VIEWER_HEADER}'] = { value: event.viewer.ip };
  if (request.uri.endsWith('/') && serverPaths.includes(request.uri.slice(0, -1))) {
    request.uri = request.uri.slice(0, -1);
  }
  if (serverPaths.includes(request.uri) && isPageVisit(request)) {
    return {
      statusCode: 303,
      statusDescription: 'See Other',
      headers: { location: { value: '/' }, 'cache-control': { value: 'no-store' } },
    };
  }
  return request;
}
`;
