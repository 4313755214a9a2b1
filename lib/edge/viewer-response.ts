/**
 * The source of the CloudFront Function that sees responses of MCP servers with a status below 400.
 *
 * A client would follow a redirect of a backend past this door, without a token and without an identity. So the function
 * answers 502 with a JSON-RPC error, and its log names the URL, without query and user, for the operator.
 *
 * The redirect to the welcome page, which the viewer-request function makes, stays.
 */
export const VIEWER_RESPONSE_CODE = `function handler(event) {
  const response = event.response;
  const location = response.headers.location;
  const code = response.statusCode;
  if (!location || code < 300 || code > 399 || code === 304) return response;
  if (code === 303 && location.value === '/') return response;
  const target = location.value.split(/[?#]/)[0].replace(/[/][/][^/]*@/, '//');
  console.log(JSON.stringify({
    event: 'backend_redirected',
    path: event.request.uri,
    status: code,
    detail: 'the MCP server redirects to ' + target + ': put its final URL into backend.url',
  }));
  return {
    statusCode: 502,
    statusDescription: 'Bad Gateway',
    headers: {
      'content-type': { value: 'application/json' },
      'cache-control': { value: 'no-store' },
      'access-control-allow-origin': { value: '*' },
    },
    body: {
      encoding: 'text',
      data: '{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"The MCP server did not return a valid response."}}',
    },
  };
}
`;
