import { type IResource, MockIntegration, PassthroughBehavior } from 'aws-cdk-lib/aws-apigateway';

/**
 * Headers that scripts may send. `*` covers `Mcp-Param-*`, which is an open set. It does not cover `Authorization`, which
 * must be named (Fetch §4.8, "CORS non-wildcard request-header name").
 */
const ALLOWED_HEADERS =
  'Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID, *';

/** Methods of the streamable HTTP transport. GET and DELETE are for revisions before 2026-07-28. */
export const MCP_METHODS = ['POST', 'GET', 'DELETE'];

/** HEAD is answered like GET (RFC 9110 §9.3.2). Preflights need not name it (Fetch, CORS-safelisted method). */
export const GUARDED_METHODS = [...MCP_METHODS, 'HEAD'];

/** Headers that scripts may read. */
export const EXPOSED_HEADERS = 'WWW-Authenticate, Retry-After, Mcp-Session-Id, MCP-Protocol-Version';

const PREFLIGHT_MAX_AGE_SECONDS = 7200;

/** Lets API Gateway answer preflights of any origin, without credentials. */
export const addPreflight = (resource: IResource, methods: readonly string[]): void => {
  const headers = {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': [...methods, 'OPTIONS'].join(', '),
    'Access-Control-Allow-Headers': ALLOWED_HEADERS,
    'Access-Control-Max-Age': String(PREFLIGHT_MAX_AGE_SECONDS),
  };
  const names = Object.keys(headers).map((name) => `method.response.header.${name}`);
  resource.addMethod(
    'OPTIONS',
    new MockIntegration({
      passthroughBehavior: PassthroughBehavior.WHEN_NO_TEMPLATES,
      requestTemplates: { 'application/json': '{"statusCode": 204}' },
      integrationResponses: [
        {
          statusCode: '204',
          responseParameters: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, `'${value}'`]),
          ),
        },
      ],
    }),
    {
      methodResponses: [
        { statusCode: '204', responseParameters: Object.fromEntries(names.map((name) => [name, true])) },
      ],
    },
  );
};
