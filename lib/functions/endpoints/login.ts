import { Duration } from 'aws-cdk-lib';
import { SUBJECT_INDEX } from '../../../lambdas/core/grants/grant.ts';
import * as settings from '../../../lambdas/core/settings.ts';
import { REVOKED_GRANTS_ID } from '../../../lambdas/core/tokens/revoked-grants.ts';
import { accessPolicy } from '../../config/identity-providers.ts';
import { themeSettings } from '../../config/theme.ts';
import { configuredClientSettings } from '../configured-clients.ts';
import { describedScopes, registrationSettings, serverSettings } from '../function-settings.ts';
import { identityProviderSettings } from '../identity-provider-settings.ts';
import { type Endpoint, page } from './endpoint.ts';
import { DOCUMENTS_TIMEOUT } from './tokens.ts';

/** These functions call the identity provider, which may take ten seconds in all. */
const UPSTREAM_TIMEOUT = Duration.seconds(20);

/** Endpoints that a browser visits during a login, and the page of the user's connections. */
export const LOGIN = {
  authorize: {
    folder: 'authorize',
    description: 'authorization endpoint (RFC 6749)',
    timeout: DOCUMENTS_TIMEOUT,
    routes: [page('GET', '/authorize', 'Every authorization begins here (RFC 6749 §3.1); it writes nothing')],
    // It writes nothing unless consents are remembered, so a flood of requests leaves no rows.
    grant: (endpoint, parts) => {
      const { configuration, issuer, tables, secrets } = parts;
      endpoint
        .set(settings.clientDocuments, configuration.clientDocuments)
        .setOptional(settings.registration, registrationSettings(configuration))
        .set(settings.issuer, issuer)
        .set(settings.theme, themeSettings(configuration))
        .set(settings.servers, serverSettings(configuration))
        .set(settings.scopes, describedScopes(configuration))
        .set(settings.identityProviders, identityProviderSettings(parts))
        .set(settings.lifetimes, configuration.lifetimes)
        .set(settings.configuredClients, configuredClientSettings(configuration))
        .bindTable(settings.clientsTable, tables.clients, 'GetItem')
        .bindSecret(settings.sealingSecret, secrets.sealing);
      // A remembered consent stands in for the approval, so the login starts here instead of at /consent.
      if (configuration.rememberConsent) {
        endpoint
          .bindTable(settings.consentsTable, tables.consents, 'GetItem')
          .bindTable(settings.transactionsTable, tables.transactions, 'GetItem', 'UpdateItem')
          .bindTable(settings.keysTable, tables.keys, 'GetItem')
          .grantReadSecrets(Object.values(secrets.identityProviders));
      }
    },
  },

  consent: {
    folder: 'consent',
    description: "takes the user's decision and sends the browser to the identity provider",
    timeout: UPSTREAM_TIMEOUT,
    routes: [page('POST', '/consent', 'Bound to a sealed form, a cookie and the origin')],
    grant: (endpoint, parts) =>
      endpoint
        .set(settings.issuer, parts.issuer)
        .set(settings.theme, themeSettings(parts.configuration))
        .set(settings.identityProviders, identityProviderSettings(parts))
        .grantReadSecrets(Object.values(parts.secrets.identityProviders))
        .set(settings.lifetimes, parts.configuration.lifetimes)
        .bindTable(settings.transactionsTable, parts.tables.transactions, 'GetItem', 'UpdateItem')
        .bindSecret(settings.sealingSecret, parts.secrets.sealing),
  },

  callback: {
    folder: 'callback',
    description: "takes the identity provider's response and issues the authorization code",
    timeout: UPSTREAM_TIMEOUT,
    routes: [
      {
        ...page('GET', '/callback/{idp}', 'Bound to a state and a cookie (OpenID Connect Core §3.1.2.5)'),
        // Without HEAD, because a program that only looks at the URL would use up the login.
        methods: ['GET'],
      },
    ],
    grant: (endpoint, parts) => {
      const { configuration, issuer, tables, secrets, tokensKey } = parts;
      endpoint
        .set(settings.issuer, issuer)
        .set(settings.theme, themeSettings(configuration))
        .set(settings.identityProviders, identityProviderSettings(parts))
        .grantReadSecrets(Object.values(secrets.identityProviders))
        .set(settings.access, accessPolicy(configuration))
        .set(settings.tokenVault, tokensKey === undefined ? {} : { keyArn: tokensKey.keyArn })
        .set(settings.lifetimes, configuration.lifetimes)
        .bindTable(settings.transactionsTable, tables.transactions, 'GetItem', 'UpdateItem')
        .bindTable(settings.grantsTable, tables.grants, 'GetItem', 'PutItem')
        .bindTable(settings.clientsTable, tables.clients, 'UpdateItem')
        .bindSecret(settings.sealingSecret, secrets.sealing)
        .bindSecret(settings.subjectSecret, secrets.subject);
      // When it refuses a scope, it checks whether an earlier login was refused the same scope.
      if (Object.values(configuration.scopes).some(({ grantedTo }) => grantedTo !== undefined)) {
        endpoint.grantQueryIndex(tables.grants, SUBJECT_INDEX);
      }
      if (configuration.rememberConsent) {
        endpoint.bindTable(settings.consentsTable, tables.consents, 'GetItem', 'UpdateItem');
      }
      tokensKey?.grantEncrypt(endpoint);
    },
  },

  connections: {
    folder: 'connections',
    description: 'lets users see and end the connections of their clients',
    timeout: UPSTREAM_TIMEOUT,
    routes: [
      {
        path: '/connections',
        methods: ['GET', 'HEAD', 'POST'],
        throttle: { perSecond: 50, burst: 100 },
        preflight: false,
        publicBecause: 'The function itself checks a sealed session; its forms are bound to that and to the origin',
      },
    ],
    grant: (endpoint, parts) => {
      const { configuration, issuer, tables, secrets } = parts;
      endpoint
        .set(settings.issuer, issuer)
        .set(settings.theme, themeSettings(configuration))
        .set(settings.scopes, describedScopes(configuration))
        .set(settings.identityProviders, identityProviderSettings(parts))
        .grantReadSecrets(Object.values(secrets.identityProviders))
        .set(settings.lifetimes, configuration.lifetimes)
        .set(settings.configuredClients, configuredClientSettings(configuration))
        .bindTable(settings.transactionsTable, tables.transactions, 'GetItem', 'UpdateItem')
        .bindTable(settings.grantsTable, tables.grants, 'GetItem', 'UpdateItem')
        .grantQueryIndex(tables.grants, SUBJECT_INDEX)
        .bindTable(settings.clientsTable, tables.clients, 'GetItem')
        .bindTable(settings.keysTable, tables.keys, 'GetItem')
        .grantUpdateRow(tables.keys, REVOKED_GRANTS_ID)
        .bindSecret(settings.sealingSecret, secrets.sealing);
      if (configuration.rememberConsent) {
        endpoint.bindTable(settings.consentsTable, tables.consents, 'GetItem', 'UpdateItem');
      }
    },
  },
} satisfies Record<string, Endpoint>;
