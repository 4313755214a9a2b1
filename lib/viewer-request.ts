/** The viewer's address as CloudFront saw it. */
export const VIEWER_HEADER = 'x-gatehouse-viewer';

/** What CloudFront adds on its way to the APIs, and nobody else knows. */
export const ORIGIN_HEADER = 'x-gatehouse-origin';

/**
 * Source of the CloudFront Function that sees every request first. Nobody outside may speak as the door: all
 * `x-gatehouse-*` headers are dropped, and `x-gatehouse-viewer` is the viewer's address as CloudFront saw it.
 * `/mcp/` is the same resource as `/mcp`.
 *
 * @param serverPaths paths of the MCP servers
 */
export const viewerRequestCode = (
  serverPaths: readonly string[],
): string => `const serverPaths = ${JSON.stringify(serverPaths)};

function handler(event) {
  const request = event.request;
  for (const name of Object.keys(request.headers)) {
    if (name.toLowerCase().startsWith('x-gatehouse-')) delete request.headers[name];
  }
  request.headers['${VIEWER_HEADER}'] = { value: event.viewer.ip };
  if (request.uri.endsWith('/') && serverPaths.includes(request.uri.slice(0, -1))) {
    request.uri = request.uri.slice(0, -1);
  }
  return request;
}
`;
