import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

import { createIdentityProvider, providerKeys } from '../../../tools/local/development-provider/index.ts';
import type { ProviderKind } from '../../../tools/local/development-provider/kinds.ts';
import type { ProviderBehaviour } from '../../../tools/local/development-provider/refresh-tokens.ts';
import type { User } from '../browser/user.ts';
import type { LocalCloud } from '../cloud/local-cloud.ts';
import { storeSecret } from '../cloud/secrets.ts';

export const CREDENTIALS = { clientId: 'gatehouse-at-upstream', clientSecret: 'a-secret-that-the-test-knows' };

/** A running provider that a test controls. */
export interface UpstreamBehaviour extends ProviderBehaviour {
  readonly isDown?: boolean;
}

/** An OpenID provider whose client secret the test knows, so that it can request tokens as Gatehouse does. */
export interface UpstreamProvider {
  readonly origin: string;
  readonly issuer: string;
  /** `METHOD path` of each request, in order. */
  readonly requests: readonly string[];
  /** Every token that it issued, of any kind. */
  readonly handedOut: readonly string[];
  /** Changes the client's secret at the provider, which then refuses the old one. */
  readonly changeSecret: (clientSecret: string) => void;
  /** Stores the client's credentials with the printed command. */
  readonly storeCredentials: (cloud: LocalCloud) => Promise<void>;
  /** Tokens of the provider itself for that user, issued to Gatehouse's own client. */
  readonly tokensFor: (user: User) => Promise<{ readonly access_token: string; readonly id_token: string }>;
  readonly close: () => Promise<void>;
}

/** @param id of the identity provider in the configuration @param cloudPort where Gatehouse will answer */
export const startUpstreamProvider = async (
  id: string,
  {
    port,
    cloudPort,
    kind = 'oidc',
    behaviour = {},
  }: {
    readonly port: number;
    readonly cloudPort: number;
    readonly kind?: ProviderKind;
    readonly behaviour?: UpstreamBehaviour;
  },
): Promise<UpstreamProvider> => {
  const origin = `http://localhost:${port}`;
  const redirectUri = `http://localhost:${cloudPort}/callback/${id}`;
  const keys = await providerKeys(undefined);
  const { clientId } = CREDENTIALS;
  const serve = (clientSecret: string) =>
    createIdentityProvider(origin, { [id]: { clientId, clientSecret, redirectUri, kind, behaviour } }, keys);
  let { clientSecret } = CREDENTIALS;
  let listener = serve(clientSecret);
  const requests: string[] = [];
  const handedOut: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (behaviour.isDown) return void response.writeHead(503).end();
    if (request.method === 'POST' && /\/(token|access_token)$/.test(request.url ?? '')) keepTokens(response, handedOut);
    listener(request, response);
  });
  server.listen(port, 'localhost');
  await once(server, 'listening');
  const issuer = `${origin}/${id}`;

  return {
    origin,
    issuer,
    requests,
    handedOut,
    changeSecret: (changed) => {
      clientSecret = changed;
      listener = serve(changed);
    },
    storeCredentials: async (cloud) => {
      const { clientId } = CREDENTIALS;
      const SecretString = JSON.stringify({ client_id: clientId, client_secret: clientSecret });
      await storeSecret(cloud.output(), `Provider${id.replaceAll('-', '')}`, SecretString);
    },
    tokensFor: async (user) => {
      const metadata = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<
        string,
        string
      >;
      const codeVerifier = randomBytes(32).toString('base64url');
      const url = new URL(metadata.authorization_endpoint ?? '');
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: CREDENTIALS.clientId,
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
        code_challenge_method: 'S256',
      }).toString();
      const seen = await user.signIn(url); // ends at Gatehouse, which knows nothing of this login
      const response = await fetch(metadata.token_endpoint ?? '', {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${CREDENTIALS.clientId}:${clientSecret}`)}` },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: seen.url.searchParams.get('code') ?? '',
          redirect_uri: redirectUri,
          code_verifier: codeVerifier,
        }),
      });
      if (!response.ok) throw new Error(`the upstream provider gave no tokens: ${await response.text()}`);
      return (await response.json()) as { access_token: string; id_token: string };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** Records the responses of the token endpoint. */
const keepTokens = (response: ServerResponse, handedOut: string[]): void => {
  const { end } = response;
  response.end = ((...parameters: unknown[]) => {
    const [chunk] = parameters;
    const text = typeof chunk === 'string' || Buffer.isBuffer(chunk) ? chunk.toString() : '';
    const tokens = /"(?:access_token|refresh_token|id_token)":"([^"]+)"/g;
    for (const [, token = ''] of text.matchAll(tokens)) handedOut.push(token);
    return Reflect.apply(end, response, parameters);
  }) as typeof response.end;
};
