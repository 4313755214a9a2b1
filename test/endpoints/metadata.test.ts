import {
  OAuthMetadataSchema,
  OAuthProtectedResourceMetadataSchema,
  OpenIdProviderDiscoveryMetadataSchema,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import { authorizationServerMetadataHandler } from '../../lambdas/authorization-server-metadata/handler.ts';
import type { Client } from '../../lambdas/core/clients/client.ts';
import { protectedResourceMetadataHandler } from '../../lambdas/protected-resource-metadata/handler.ts';
import { endpoint } from '../../lambdas/runtime/http/endpoint.ts';
import { invoke } from '../support/authorization/invoke.ts';
import { ISSUER } from '../support/authorization/requests.ts';
import { testClient } from '../support/memory/records.ts';

const options = { log: () => undefined, cors: true };
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const HOSTILE = {
  host: 'evil.test',
  'x-forwarded-host': 'evil.test',
  'x-forwarded-proto': 'http',
  'mcp-protocol-version': 'x',
};

describe('Authorization server metadata (RFC 8414 §2)', () => {
  const handler = endpoint(
    authorizationServerMetadataHandler({
      issuer: ISSUER,
      servers: { '/mcp': { requiredScopes: ['mcp', 'email'] } },
      scopes: { mcp: {}, 'mcp:write': {} },
      configuredClients: new Map(),
      hasClientDocuments: true,
      hasRegistration: true,
    }),
    options,
  );
  const get = (path = '/.well-known/oauth-authorization-server', headers = {}) => invoke(handler, { path, headers });

  it("satisfies the MCP SDK's schemas, the OpenID one too", async () => {
    const document = JSON.parse((await get()).body);
    expect(OAuthMetadataSchema.parse(document)).toMatchObject({ issuer: ISSUER });
    expect(OpenIdProviderDiscoveryMetadataSchema.parse(document)).toMatchObject({ issuer: ISSUER });
  });

  it('#207 lists only what the server supports', async () => {
    expect(JSON.parse((await get()).body)).toEqual({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      registration_endpoint: `${ISSUER}/register`,
      revocation_endpoint: `${ISSUER}/revoke`,
      introspection_endpoint: `${ISSUER}/introspect`,
      userinfo_endpoint: `${ISSUER}/userinfo`,
      jwks_uri: `${ISSUER}/.well-known/jwks.json`,
      scopes_supported: ['mcp', 'email', 'mcp:write', 'offline_access'],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      ui_locales_supported: ['en', 'de', 'fr', 'es'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
      revocation_endpoint_auth_methods_supported: [
        'none',
        'client_secret_post',
        'client_secret_basic',
        'private_key_jwt',
      ],
      revocation_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
      introspection_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
      client_id_metadata_document_supported: true,
      introspection_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
      authorization_response_iss_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      claims_parameter_supported: false,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      claims_supported: ['sub', 'email', 'email_verified', 'name'],
    });
  });

  it('lists client_credentials only where a client is configured for it', async () => {
    const withClients = (...clients: Client[]) =>
      endpoint(
        authorizationServerMetadataHandler({
          issuer: ISSUER,
          servers: { '/mcp': { requiredScopes: ['mcp'] } },
          scopes: { mcp: {} },
          configuredClients: new Map(clients.map((client) => [client.clientId, client])),
          hasClientDocuments: true,
          hasRegistration: true,
        }),
        options,
      );
    const grantTypes = async (...clients: Client[]) =>
      JSON.parse((await invoke(withClients(...clients), { path: '/.well-known/oauth-authorization-server' })).body)
        .grant_types_supported;
    const forUsers = testClient({ source: 'configured' });
    const machine = testClient({ source: 'configured', grantTypes: ['client_credentials'] });
    expect(await grantTypes(forUsers)).toEqual(['authorization_code', 'refresh_token']);
    expect(await grantTypes(forUsers, machine)).toEqual(['authorization_code', 'refresh_token', 'client_credentials']);
  });

  it('names no registration endpoint where registration is off', async () => {
    const deps = { issuer: ISSUER, servers: {}, scopes: {}, configuredClients: new Map(), hasClientDocuments: true };
    const off = endpoint(authorizationServerMetadataHandler({ ...deps, hasRegistration: false }), options);
    const { body } = await invoke(off, { path: '/.well-known/oauth-authorization-server' });
    expect(JSON.parse(body)).not.toHaveProperty('registration_endpoint');
    expect(OAuthMetadataSchema.parse(JSON.parse(body))).toMatchObject({ issuer: ISSUER });
  });

  it('#203 has the same bytes under both names, for any Host and X-Forwarded-*', async () => {
    const plain = await get();
    expect((await get('/.well-known/openid-configuration', HOSTILE)).body).toBe(plain.body);
  });

  it('can be read and cached by browsers', async () => {
    const { status, headers } = await get();
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=300',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });
});

describe('Protected resource metadata (RFC 9728 §3)', () => {
  const PATH = '/.well-known/oauth-protected-resource';
  const handlerFor = (...paths: string[]) =>
    endpoint(
      protectedResourceMetadataHandler({
        issuer: ISSUER,
        servers: Object.fromEntries(paths.map((path) => [path, { requiredScopes: ['mcp'] }])),
      }),
      options,
    );

  it('#208 names the resource exactly, and never offline_access', async () => {
    const answer = await invoke(handlerFor('/mcp'), { path: `${PATH}/mcp`, headers: HOSTILE });
    expect(OAuthProtectedResourceMetadataSchema.parse(JSON.parse(answer.body))).toEqual({
      resource: `${ISSUER}/mcp`,
      authorization_servers: [ISSUER],
      scopes_supported: ['mcp'],
      bearer_methods_supported: ['header'],
    });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=300',
    });
  });

  it('RFC 9728 §2: has the configured name, or none', async () => {
    const servers = { '/mcp': { name: 'Wiki', requiredScopes: ['mcp'] } };
    const named = endpoint(protectedResourceMetadataHandler({ issuer: ISSUER, servers }), options);
    expect(JSON.parse((await invoke(named, { path: `${PATH}/mcp` })).body).resource_name).toBe('Wiki');
    expect(JSON.parse((await invoke(handlerFor('/mcp'), { path: PATH })).body)).not.toHaveProperty('resource_name');
  });

  it('serves the sole resource at the root too', async () => {
    const handler = handlerFor('/mcp');
    const [root, path] = [await invoke(handler, { path: PATH }), await invoke(handler, { path: `${PATH}/mcp/` })];
    expect(root.status).toBe(200);
    expect(root.body).toBe(path.body);
  });

  it('has none at the root when there are several', async () => {
    const handler = handlerFor('/mcp', '/other');
    expect((await invoke(handler, { path: PATH })).status).toBe(404);
    expect(JSON.parse((await invoke(handler, { path: `${PATH}/other` })).body).resource).toBe(`${ISSUER}/other`);
  });

  it.each(['/x', '/constructor', '/__proto__', '/mcp/x', '//mcp', 'x'])(
    'answers 404 as JSON for %s',
    async (suffix) => {
      const answer = await invoke(handlerFor('/mcp'), { path: `${PATH}${suffix}` });
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.body)).toMatchObject({ error: 'not_found', request_id: 'request-1' });
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );
});
