import type { JWTPayload } from 'jose';
import { authenticateByAssertion } from '../../../../lambdas/core/clients/assertion.ts';
import type { AssertionVerifier } from '../../../../lambdas/core/clients/authentication.ts';
import type { Client } from '../../../../lambdas/core/clients/client.ts';
import { introspectHandler } from '../../../../lambdas/introspect/handler.ts';
import { revokeHandler } from '../../../../lambdas/revoke/handler.ts';
import type { GuardedFetch } from '../../../../lambdas/runtime/ports/index.ts';
import { ClientDocuments } from '../../../../lambdas/runtime/services/client-documents.ts';
import { ClientKeys } from '../../../../lambdas/runtime/services/client-keys.ts';
import { LayeredClientResolver } from '../../../../lambdas/runtime/services/client-resolver.ts';
import { CurrentClientKeys } from '../../../../lambdas/runtime/services/current-client-keys.ts';
import { assertionForm, newAssertionKey } from '../../../support/credentials/client-assertions.ts';
import { formPoster } from '../../../support/http/post-form.ts';
import { MemoryClientAssertionStore } from '../../../support/memory/memory-stores.ts';
import { ISSUER, NOW } from '../../../support/memory/records.ts';
import { startTokenEndpoint } from '../../../support/memory/token-endpoint.ts';

export const ID = 'https://client.example.com/client.json';
export const JWKS_URI = 'https://client.example.com/jwks.json';
export const TOKEN_ENDPOINT = `${ISSUER}/token`;

export const key = await newAssertionKey();
export const stranger = await newAssertionKey();

/** The endpoints where clients authenticate, with hosts of documents and keys that the test controls. */
export const start = (hosts: { blockHosts?: readonly string[] } = {}) => {
  const web = new Map<string, object | 'down'>();
  const fetched: string[] = [];
  let clock = { now: NOW };
  const now = () => clock.now;
  const fetch: GuardedFetch = async (url) => {
    fetched.push(url);
    const found = web.get(url);
    if (found === undefined) return { ok: false, kind: 'authoritative', reason: 'gone', detail: 'status 404' };
    if (found === 'down') return { ok: false, kind: 'unreachable', reason: 'timeout', detail: 'timed out' };
    return { ok: true, text: JSON.stringify(found), headers: { cacheControl: 'max-age=86400' } };
  };
  const shared = { fetch, now, log: () => undefined };
  const documents = new ClientDocuments(shared);
  const assertions = new MemoryClientAssertionStore(now);
  const keys = new CurrentClientKeys(documents, new ClientKeys(shared));
  const deps = { issuer: ISSUER, tokenEndpoint: TOKEN_ENDPOINT, keys, assertions, now };
  const verifyAssertion: AssertionVerifier = (client, assertion, options) =>
    authenticateByAssertion(deps, client, assertion, options);
  const server = startTokenEndpoint({ now, verifyAssertion });
  clock = server.clock;
  const resolver = new LayeredClientResolver({ configured: new Map(), store: server.clients, hosts });
  const { grants, keyRings, revokedGrants, failures, log } = server;
  const serving = startTokenEndpoint({ now, verifyAssertion, clients: resolver, grants, keyRings, log });
  const revoke = formPoster(
    revokeHandler({
      issuer: ISSUER,
      clients: resolver,
      grants,
      keyRings,
      revokedGrants,
      failures,
      now,
      log,
      verifyAssertion,
    }),
    '/revoke',
    log,
  );
  const introspect = formPoster(
    introspectHandler({
      issuer: ISSUER,
      refreshGraceSeconds: 60,
      clients: resolver,
      configuredClients: new Map(),
      grants,
      keyRings,
      failures,
      now,
      log,
      verifyAssertion,
    }),
    '/introspect',
    log,
  );
  return { ...server, post: serving.post, revoke, introspect, web, fetched, assertions };
};

export type Server = ReturnType<typeof start>;
export const DOCUMENT_CLIENT: Partial<Client> = {
  clientId: ID,
  source: 'document',
  tokenEndpointAuthMethods: ['none', 'private_key_jwt'],
};
export const publish = (server: Server, members: object = { jwks_uri: JWKS_URI }) => {
  server.web.set(ID, {
    client_id: ID,
    client_name: 'C',
    redirect_uris: ['https://client.example.com/cb'],
    token_endpoint_auth_method: 'private_key_jwt',
    ...members,
  });
  server.web.set(JWKS_URI, key.jwks);
};

/** Redeems a code of a new grant with an assertion. */
export const redeem = async (
  server: Server,
  client: Client,
  jwt: string,
  members: Record<string, string | undefined> = {},
) => {
  const { code, grantId } = await server.issueCode(client);
  const { client_id: _, ...form } = server.redemption(client, code);
  return { code, grantId, answer: await server.post({ ...form, ...assertionForm(jwt), ...members }) };
};

export const signed = (server: Server, { clientId }: Client, claims: JWTPayload = {}, by = key) =>
  by.sign(clientId, TOKEN_ENDPOINT, server.clock.now, claims);
