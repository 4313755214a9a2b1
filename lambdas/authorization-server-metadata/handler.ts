import type { ScopeDefinitions } from '../core/authorization/scopes.ts';
import { type Client, type GrantType, TOKEN_EXCHANGE } from '../core/clients/client.ts';
import { authorizationServerMetadata } from '../core/server-metadata.ts';
import { type Handler, json } from '../runtime/http/messages.ts';

export interface AuthorizationServerMetadataDeps {
  readonly issuer: string;
  readonly servers: Readonly<Record<string, { readonly requiredScopes: readonly string[] }>>;
  readonly scopes: ScopeDefinitions;
  readonly configuredClients: ReadonlyMap<string, Client>;
  readonly hasClientDocuments: boolean;
  readonly hasRegistration: boolean;
}

/** Serves authorization server metadata (RFC 8414 §3), with the same bytes at OpenID Connect's well-known path. */
export const authorizationServerMetadataHandler = (deps: AuthorizationServerMetadataDeps): Handler => {
  const requiredScopes = Object.values(deps.servers).flatMap((server) => server.requiredScopes);
  const hasClientWith = (grantType: GrantType) =>
    [...deps.configuredClients.values()].some(({ grantTypes }) => grantTypes.includes(grantType));
  const metadata = authorizationServerMetadata(deps.issuer, deps.scopes, requiredScopes, {
    hasClientCredentials: hasClientWith('client_credentials'),
    hasTokenExchange: hasClientWith(TOKEN_EXCHANGE),
    hasClientDocuments: deps.hasClientDocuments,
    hasRegistration: deps.hasRegistration,
  });
  const answer = json(200, metadata, { 'cache-control': 'public, max-age=300' });
  return async () => answer;
};
