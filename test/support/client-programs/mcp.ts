import type { ClientProfile } from '../client-profiles/profile.ts';
import type { JsonAnswer } from '../http/oauth-requests.ts';
import type { ClientHttp } from './http.ts';

const CLIENT_INFO = { name: 'profile', version: '1' };
const ACCEPT = 'application/json, text/event-stream';

const isStateless = (revision: ClientProfile['revision']): boolean => revision >= '2026-07-28';

/** One request of revision 2026-07-28, which has no sessions: each request is complete. */
const statelessRequest = (method: string, params: Readonly<Record<string, unknown>>, name?: string) => ({
  headers: {
    accept: ACCEPT,
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
  },
  body: {
    jsonrpc: '2.0',
    id: 1,
    method,
    params: {
      ...params,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  },
});

const initialize = (revision: string) => ({
  headers: { accept: ACCEPT },
  body: {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: revision, capabilities: {}, clientInfo: CLIENT_INFO },
  },
});

const bearer = (accessToken: string | undefined): Readonly<Record<string, string>> =>
  accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };

/** The first request of the client. Without a token it gets the 401. */
export const openMcp = (
  http: ClientHttp,
  { revision, firstRequest }: Pick<ClientProfile, 'revision' | 'firstRequest'>,
  url: string,
  accessToken?: string,
): Promise<JsonAnswer> => {
  if (firstRequest === 'HEAD' && accessToken === undefined) return http.send(url, { method: 'HEAD' });
  if (firstRequest === 'GET' && accessToken === undefined) {
    return http.send(url, { headers: { accept: 'text/event-stream' } });
  }
  const { headers, body } = isStateless(revision) ? statelessRequest('server/discover', {}) : initialize(revision);
  return http.postJson(url, body, { ...headers, ...bearer(accessToken) });
};

/** Connects and calls `whoami`, as the client's revision requires. */
export const callWhoami = async (
  http: ClientHttp,
  profile: Pick<ClientProfile, 'revision' | 'firstRequest'>,
  url: string,
  accessToken: string,
): Promise<JsonAnswer> => {
  const opened = await openMcp(http, profile, url, accessToken);
  if (opened.status !== 200) return opened;
  if (isStateless(profile.revision)) {
    const { headers, body } = statelessRequest('tools/call', { name: 'whoami', arguments: {} }, 'whoami');
    return http.postJson(url, body, { ...headers, ...bearer(accessToken) });
  }
  const sessionId = opened.headers.get('mcp-session-id');
  const headers = {
    accept: ACCEPT,
    // Revision 2025-06-18 introduced the header.
    ...(profile.revision === '2025-03-26' ? {} : { 'mcp-protocol-version': opened.body.result.protocolVersion }),
    ...(sessionId === null ? {} : { 'mcp-session-id': sessionId }),
    ...bearer(accessToken),
  };
  await http.postJson(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } };
  return http.postJson(url, call, headers);
};
