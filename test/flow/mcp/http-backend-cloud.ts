import { type CloudAddress, type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { rawExchange, requestHead } from '../../support/http/raw-socket.ts';

const RULES = { required: ['mcp'], tools: { 'delete_*': ['mcp:write'] } };

/** A local cloud with three servers in front of the same HTTP backend. */
export const startHttpBackendCloud = (backendUrl: string): Promise<LocalCloud> => {
  const http = (url: string, more = {}) => ({ kind: 'http', url, ...more });
  return startLocalCloud({
    config: {
      servers: {
        '/plain': { backend: http(backendUrl), scopes: { required: ['mcp'] } },
        '/ruled': { backend: http(backendUrl), scopes: RULES },
        '/trusting': {
          backend: http(backendUrl, { validatesHeaders: true }),
          scopes: { ...RULES, challengeScopes: 'all' },
        },
      },
    },
  });
};

export interface RawParts {
  /** @default the path of the server */
  readonly path?: string;
  readonly body?: string;
  readonly headers?: readonly string[];
}

/** The response status of a request with a valid token that no client library would send. */
export const statusOf = async (
  { origin }: CloudAddress,
  {
    door,
    method,
    token,
    path = `/${door}`,
    body = '',
    headers = [],
  }: RawParts & { readonly door: string; readonly method: string; readonly token: string },
): Promise<number | undefined> => {
  const head = requestHead(`${method} ${path} HTTP/1.1`, [
    `host: ${new URL(origin).host}`,
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...headers,
  ]);
  return (await rawExchange(origin, head + body))[0]?.status;
};
