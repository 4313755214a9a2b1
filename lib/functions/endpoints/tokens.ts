import { Duration } from 'aws-cdk-lib';
import * as settings from '../../../lambdas/core/settings.ts';
import { REVOKED_GRANTS_ID } from '../../../lambdas/core/tokens/revoked-grants.ts';
import { ACCOUNT_BURST } from '../../api/rest-api.ts';
import { accessPolicy, identityProviderKinds } from '../../config/identity-providers.ts';
import { configuredClientSettings } from '../configured-clients.ts';
import type { EndpointFunction } from '../endpoint-function.ts';
import { scopeSettings, serverSettings } from '../function-settings.ts';
import { keptProviderSettings } from '../identity-provider-settings.ts';
import { api, type Endpoint, type EndpointParts } from './endpoint.ts';

/** Functions that look clients up may fetch a metadata document and then a key set, at most five seconds each. */
export const DOCUMENTS_TIMEOUT = Duration.seconds(20);

/** Endpoints that clients call in the background, and the access tokens' own endpoint. */
export const TOKENS = {
  token: {
    folder: 'token',
    description: 'token endpoint (RFC 6749)',
    timeout: DOCUMENTS_TIMEOUT,
    // Below the 1,000 signatures a second that KMS allows per account and region.
    routes: [
      api('/token', { perSecond: 800, burst: ACCOUNT_BURST }, 'Clients authenticate in the request (RFC 6749 §3.2.1)'),
    ],
    // The policy of each signing key lets only the role of this function sign.
    grant: (endpoint, parts) => {
      const { configuration, tables, secrets, tokensKey } = parts;
      const keptProviders = keptProviderSettings(parts);
      authenticateClients(endpoint, parts);
      endpoint
        .reserveConcurrency(configuration.reservedConcurrency.token)
        .set(settings.servers, serverSettings(configuration))
        .set(settings.scopes, scopeSettings(configuration))
        .set(settings.lifetimes, configuration.lifetimes)
        .set(settings.access, accessPolicy(configuration))
        .set(settings.identityProviderKinds, identityProviderKinds(configuration))
        .set(settings.identityProviders, keptProviders)
        .grantReadSecrets(Object.keys(keptProviders).flatMap((id) => secrets.identityProviders[id] ?? []))
        .set(settings.tokenVault, tokensKey === undefined ? {} : { keyArn: tokensKey.keyArn })
        .bindTable(settings.grantsTable, tables.grants, 'GetItem', 'UpdateItem')
        .grantUpdateRow(tables.keys, REVOKED_GRANTS_ID);
      tokensKey?.grantDecrypt(endpoint);
    },
  },

  revoke: {
    folder: 'revoke',
    description: 'token revocation (RFC 7009)',
    timeout: DOCUMENTS_TIMEOUT,
    routes: [api('/revoke', { perSecond: 50, burst: 100 }, 'Clients authenticate in the request (RFC 7009 §2.1)')],
    grant: (endpoint, parts) => {
      authenticateClients(endpoint, parts);
      endpoint
        .bindTable(settings.grantsTable, parts.tables.grants, 'GetItem', 'UpdateItem')
        .grantUpdateRow(parts.tables.keys, REVOKED_GRANTS_ID);
    },
  },

  introspect: {
    folder: 'introspect',
    description: 'token introspection (RFC 7662)',
    timeout: DOCUMENTS_TIMEOUT,
    routes: [api('/introspect', { perSecond: 200, burst: 400 }, 'Clients authenticate in the request (RFC 7662 §2.1)')],
    grant: (endpoint, parts) => {
      authenticateClients(endpoint, parts);
      endpoint
        .set(settings.lifetimes, parts.configuration.lifetimes)
        .bindTable(settings.grantsTable, parts.tables.grants, 'GetItem');
    },
  },

  userinfo: {
    folder: 'userinfo',
    description: 'claims about the user of a token (OpenID Connect Core, section 5.3)',
    routes: [
      {
        path: '/userinfo',
        methods: ['GET', 'HEAD', 'POST'],
        throttle: { perSecond: 100, burst: 200 },
        preflight: true,
        publicBecause: 'The function itself checks the access token (OpenID Connect Core §5.3)',
      },
    ],
    grant: (endpoint, { issuer, tables }) =>
      endpoint
        .set(settings.issuer, issuer)
        .bindTable(settings.grantsTable, tables.grants, 'GetItem')
        .bindTable(settings.keysTable, tables.keys, 'GetItem'),
  },
} satisfies Record<string, Endpoint>;

/** What a function needs to authenticate clients, whichever method they use. */
const authenticateClients = (endpoint: EndpointFunction, { configuration, issuer, tables, secrets }: EndpointParts) =>
  endpoint
    .set(settings.issuer, issuer)
    .set(settings.clientDocuments, configuration.clientDocuments)
    .set(settings.configuredClients, configuredClientSettings(configuration, secrets))
    .grantReadSecrets(Object.values(secrets.clients))
    .bindTable(settings.clientsTable, tables.clients, 'GetItem')
    .bindTable(settings.assertionsTable, tables.assertions, 'GetItem', 'PutItem')
    .bindTable(settings.countersTable, tables.counters, 'UpdateItem')
    .bindTable(settings.keysTable, tables.keys, 'GetItem');
