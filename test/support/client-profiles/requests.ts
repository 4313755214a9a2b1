import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { User } from '../browser/user.ts';
import { ClientDocuments } from './documents.ts';
import { PlayedClient } from './driver.ts';
import type { ClientProfile } from './profile.ts';

/** A request as a firewall sees it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where a deployment would be. */
const DOOR = 'https://d1234abcdef8.cloudfront.net';

/** Vendors at their own addresses; nothing is read there. */
class Vendors extends ClientDocuments {
  override urlOf(url: string): string {
    return `https://${url}`;
  }
}

/**
 * Plays a profile from the 401 to a revocation against a door that says yes to everything.
 * @returns all that its client and its user's browser sent, as it would come to a deployment
 */
export const requestsOf = async (profile: ClientProfile): Promise<readonly SeenRequest[]> => {
  const door = await openDoor();
  try {
    const { cloud } = door;
    const secrets = { [clientIdOf(profile)]: 'a-configured-secret' };
    const played = new PlayedClient(profile, { cloud, documents: new Vendors(), secrets });
    await played.meetChallenge();
    await played.discover();
    await played.identify();
    const answer = await played.authorize(new User(cloud));
    await played.redeem(answer.get('code') ?? '');
    await played.whoami('eyJ.a.token');
    await played.refresh('gh_rt_a.refresh.token');
    await played.revoke('gh_rt_a.refresh.token');
    return door.seen.map((request) => atDeployment(request, cloud.origin));
  } finally {
    await door.close();
  }
};

const clientIdOf = ({ identification }: ClientProfile): string =>
  identification.kind === 'configured' ? identification.clientId : '';

const atDeployment = (request: SeenRequest, origin: string): SeenRequest => {
  const text = JSON.stringify(request)
    .replaceAll(origin, DOOR)
    .replaceAll(encodeURIComponent(origin), encodeURIComponent(DOOR));
  return JSON.parse(text);
};

const openDoor = async () => {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const body = await bodyOf(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
    );
    const { method = '' } = request;
    seen.push({ method, path, query, headers, body });
    answer({ method, path, query, headers, body }, response, `http://${headers.host}`);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://localhost:${port}`;
  return {
    seen,
    cloud: { origin, port, mcpUrl: `${origin}/mcp` },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers': 'authorization, *',
  'access-control-expose-headers': '*, www-authenticate',
};

const answer = (request: SeenRequest, response: ServerResponse, origin: string): void => {
  const { method, path, query, headers, body } = request;
  const send = (status: number, value: unknown, more: Record<string, string> = {}) =>
    response
      .writeHead(status, { 'content-type': 'application/json', ...CORS, ...more })
      .end(value === undefined ? '' : JSON.stringify(value));
  if (method === 'OPTIONS') return void send(204, undefined);
  if (path.startsWith('/.well-known/oauth-protected-resource')) {
    return void send(200, {
      resource: `${origin}/mcp`,
      authorization_servers: [origin],
      scopes_supported: ['mcp'],
    });
  }
  if (path.includes('/.well-known/')) return void send(200, serverMetadata(origin));
  switch (path) {
    case '/register':
      return void send(201, { ...JSON.parse(body), client_id: 'gh_client_0123456789abcdef', client_secret: 'secret' });
    case '/authorize':
      // The real form holds the whole request, sealed.
      return void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(
          `<form method="post" action="/consent"><input type="hidden" name="request" value="${Buffer.from(query).toString('base64url')}">` +
            '<button name="decision" value="approve">Yes</button></form>',
        );
    case '/consent': {
      const sealed = new URLSearchParams(body).get('request') ?? '';
      const asked = new URLSearchParams(Buffer.from(sealed, 'base64url').toString());
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.searchParams.set('code', 'gh_ac_a.code');
      back.searchParams.set('state', asked.get('state') ?? '');
      back.searchParams.set('iss', origin);
      return void response.writeHead(303, { location: back.href }).end();
    }
    case '/token':
      return void send(200, { access_token: 'eyJ.a.token', token_type: 'Bearer', refresh_token: 'gh_rt_a.b.c' });
    case '/revoke':
      return void send(200, {});
  }
  if (headers.authorization === undefined) {
    const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
    return void send(401, {}, { 'www-authenticate': `Bearer resource_metadata="${metadata}", scope="mcp"` });
  }
  const { id = null, params } = JSON.parse(body || '{}');
  send(200, { jsonrpc: '2.0', id, result: { protocolVersion: params?.protocolVersion ?? '2025-11-25' } });
};

const serverMetadata = (origin: string) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  registration_endpoint: `${origin}/register`,
  revocation_endpoint: `${origin}/revoke`,
  scopes_supported: ['mcp', 'offline_access'],
});
