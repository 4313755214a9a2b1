import type { Client } from '../../../lambdas/core/clients/client.ts';
import { sha256 } from '../../../lambdas/core/crypto.ts';
import { introspectHandler } from '../../../lambdas/introspect/handler.ts';
import { type Answer, formPoster } from '../http/post-form.ts';
import { ISSUER } from './records.ts';
import { startTokenEndpoint } from './token-endpoint.ts';

export const SECRET = 'the secret';
export const CONFIDENTIAL: Partial<Client> = {
  tokenEndpointAuthMethods: ['client_secret_post'],
  clientSecretHash: sha256(SECRET),
};
export const resourceClient = (path: string): Partial<Client> => ({
  clientId: `resource${path.replaceAll('/', '-')}`,
  source: 'configured',
  redirectUris: [],
  grantTypes: [],
  tokenEndpointAuthMethods: ['client_secret_basic', 'client_secret_post'],
  clientSecretId: `secret of ${path}`,
  resourceServerPath: path,
});
export const MACHINE: Partial<Client> = {
  clientId: 'nightly-report',
  source: 'configured',
  redirectUris: [],
  grantTypes: ['client_credentials'],
  ...CONFIDENTIAL,
  scopes: ['mcp'],
};

export const startIntrospectionEndpoint = async () => {
  const server = startTokenEndpoint();
  const { clients, grants, keyRings, clock, log } = server;
  const configuredClients = new Map<string, Client>();
  const configured = async (client: Partial<Client>) => {
    const stored = await server.registered(client);
    configuredClients.set(stored.clientId, stored);
    return stored;
  };
  const own = await configured(resourceClient('/mcp'));
  const other = await configured(resourceClient('/other'));
  const machine = await configured(MACHINE);
  const stranger = await server.registered(CONFIDENTIAL);
  const introspect = formPoster(
    introspectHandler({
      issuer: ISSUER,
      refreshGraceSeconds: 60,
      clients,
      configuredClients,
      verifySecret: async (id, presented) => id.startsWith('secret of ') && presented === SECRET,
      grants,
      keyRings,
      failures: server.failures,
      now: () => clock.now,
      log,
    }),
    '/introspect',
    log,
  );
  const ask = (client: Client, token: string, fields: Record<string, string> = {}): Promise<Answer> =>
    introspect({ client_id: client.clientId, client_secret: SECRET, token, ...fields });
  const session = await server.signedIn();
  /** A session of a client that can authenticate, and so ask about its own tokens. */
  const ownSession = async () => {
    const public_ = await server.signedIn();
    server.clients.rows.set(public_.client.clientId, { ...public_.client, ...CONFIDENTIAL } as Client);
    return public_;
  };
  const machineToken = async (): Promise<string> => {
    const fields = { grant_type: 'client_credentials', client_id: machine.clientId, client_secret: SECRET };
    return String((await server.post(fields)).body.access_token);
  };
  return {
    ...server,
    own,
    other,
    machine,
    stranger,
    introspect,
    ask,
    session,
    ownSession,
    machineToken,
    configuredClients,
  };
};
