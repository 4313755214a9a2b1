import { PROTECTED_RESOURCE_METADATA_PATH } from '../../../lambdas/core/authorization/resources.ts';
import * as settings from '../../../lambdas/core/settings.ts';
import { themeSettings } from '../../config/theme.ts';
import { configuredClientSettings } from '../configured-clients.ts';
import { registrationSettings, scopeSettings, serverSettings } from '../function-settings.ts';
import { identityProviderSettings } from '../identity-provider-settings.ts';
import { document, type Endpoint, page } from './endpoint.ts';

/** Endpoints that describe the deployment. They only read. */
export const DISCOVERY = {
  protectedResourceMetadata: {
    folder: 'protected-resource-metadata',
    description: 'metadata of each MCP server (RFC 9728)',
    // The function knows which paths exist, and answers 404 to the others.
    routes: ['', '/{proxy+}'].map((rest) =>
      document(`${PROTECTED_RESOURCE_METADATA_PATH}${rest}`, 'Metadata is public (RFC 9728 §3)'),
    ),
    grant: (endpoint, { configuration, issuer }) =>
      endpoint.set(settings.issuer, issuer).set(settings.servers, serverSettings(configuration)),
  },

  authorizationServerMetadata: {
    folder: 'authorization-server-metadata',
    description: 'metadata of the authorization server (RFC 8414)',
    routes: ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'].map((path) =>
      document(path, 'Metadata is public (RFC 8414 §3)'),
    ),
    grant: (endpoint, { configuration, issuer }) =>
      endpoint
        .set(settings.issuer, issuer)
        .set(settings.servers, serverSettings(configuration))
        .set(settings.scopes, scopeSettings(configuration))
        .set(settings.configuredClients, configuredClientSettings(configuration))
        .set(settings.clientDocuments, configuration.clientDocuments)
        .setOptional(settings.registration, registrationSettings(configuration)),
  },

  jwks: {
    folder: 'jwks',
    description: 'public keys (RFC 7517)',
    routes: [document('/.well-known/jwks.json', 'Public keys are public (RFC 7517)')],
    grant: (endpoint, { tables }) => endpoint.bindTable(settings.keysTable, tables.keys, 'GetItem'),
  },

  welcome: {
    folder: 'welcome',
    description: 'explains the connector URL to users who open it in a browser',
    routes: [page('GET', '/', 'Explains the connector URL to users who open it in a browser')],
    grant: (endpoint, { configuration, issuer }) =>
      endpoint
        .set(settings.issuer, issuer)
        .set(settings.theme, themeSettings(configuration))
        .set(settings.servers, serverSettings(configuration)),
  },

  health: {
    folder: 'health',
    description: 'says whether tokens can be issued and users can log in',
    routes: [
      {
        path: '/health',
        methods: ['GET', 'HEAD'],
        throttle: { perSecond: 10, burst: 20 },
        preflight: false,
        publicBecause:
          'For monitors. It reports only its status, why no token can be issued, and which provider lacks a secret',
      },
    ],
    grant: (endpoint, parts) =>
      endpoint
        .bindTable(settings.keysTable, parts.tables.keys, 'GetItem')
        .set(settings.identityProviders, identityProviderSettings(parts))
        .grantDescribeSecrets(Object.values(parts.secrets.identityProviders)),
  },
} satisfies Record<string, Endpoint>;
