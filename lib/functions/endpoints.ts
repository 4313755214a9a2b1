import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENVIRONMENT, SUBJECT_INDEX } from '../../lambdas/core/settings.ts';
import type { Configuration } from '../config/configuration.ts';
import { accessPolicy, identityProviderKinds } from '../config/identity-providers.ts';
import { themeSettings } from '../config/theme.ts';
import type { Secrets } from '../data/secrets.ts';
import type { Tables } from '../data/tables.ts';
import { keepsTokens, UpstreamTokensKey } from '../data/upstream-tokens.ts';
import type { UserPool } from '../data/user-pool.ts';
import { configuredClientSettings } from './configured-clients.ts';
import { EndpointFunction } from './endpoint-function.ts';
import { scopesInWords, sharedSettings } from './function-settings.ts';
import { identityProviderSettings } from './identity-provider-settings.ts';
import { allowRememberedConsents } from './remembered-consents.ts';

export interface EndpointsProps {
  readonly configuration: Configuration;
  readonly issuer: string;
  readonly tables: Tables;
  readonly secrets: Secrets;
  /** Identity provider id → user pool that the stack makes for it. */
  readonly userPools: Readonly<Record<string, UserPool>>;
}

// /consent and /callback ask the identity provider, at most ten seconds in all.
const UPSTREAM_TIMEOUT = Duration.seconds(20);
// Where clients are looked up: a metadata document and then a key set, at most five seconds each.
const DOCUMENTS_TIMEOUT = Duration.seconds(20);

/** One function for each endpoint of the authorization server. What each one is given here is all that it may do. */
export class Endpoints extends Construct {
  readonly protectedResourceMetadata: EndpointFunction;
  readonly authorizationServerMetadata: EndpointFunction;
  readonly jwks: EndpointFunction;
  readonly welcome: EndpointFunction;
  readonly register: EndpointFunction;
  readonly clientConfiguration: EndpointFunction;
  readonly authorize: EndpointFunction;
  readonly consent: EndpointFunction;
  readonly callback: EndpointFunction;
  readonly connections: EndpointFunction;
  readonly token: EndpointFunction;
  readonly revoke: EndpointFunction;
  readonly introspect: EndpointFunction;
  readonly userinfo: EndpointFunction;
  readonly health: EndpointFunction;
  /** Only where tokens of a provider are kept. */
  readonly tokensKey: UpstreamTokensKey | undefined;

  constructor(scope: Construct, id: string, props: EndpointsProps) {
    super(scope, id);
    const { configuration, issuer, tables, secrets } = props;
    const { servers, scopes, lifetimes } = sharedSettings(configuration);
    const identityProviders = identityProviderSettings(props);
    const access = JSON.stringify(accessPolicy(configuration));
    const keptProviders = Object.fromEntries(
      Object.entries(identityProviders)
        .filter(([id]) => keepsTokens(configuration.identityProviders[id]))
        // There is no button, and little room.
        .map(([id, { displayName: _displayName, ...provider }]) => [id, provider]),
    );
    const tokensKey = Object.keys(keptProviders).length > 0 ? new UpstreamTokensKey(this, 'UpstreamTokens') : undefined;
    this.tokensKey = tokensKey;
    const tokenVault = tokensKey === undefined ? {} : { keyArn: tokensKey.keyArn };
    const { clientDocuments } = configuration;
    const theme = themeSettings(configuration);
    const knownClients = configuredClientSettings(configuration);
    const clientsWithCredentials = configuredClientSettings(configuration, secrets);
    const clientSecrets = Object.values(secrets.clients);

    this.protectedResourceMetadata = new EndpointFunction(this, 'ProtectedResourceMetadata', {
      folder: 'protected-resource-metadata',
      description: 'metadata of each MCP server (RFC 9728)',
    })
      .bind(ENVIRONMENT.issuer, issuer)
      .bind(ENVIRONMENT.servers, servers);

    this.authorizationServerMetadata = new EndpointFunction(this, 'AuthorizationServerMetadata', {
      folder: 'authorization-server-metadata',
      description: 'metadata of the authorization server (RFC 8414)',
    })
      .bind(ENVIRONMENT.issuer, issuer)
      .bind(ENVIRONMENT.servers, servers)
      .bind(ENVIRONMENT.scopes, scopes)
      .bind(ENVIRONMENT.configuredClients, knownClients)
      .bind(ENVIRONMENT.clientDocuments, clientDocuments);

    this.jwks = new EndpointFunction(this, 'Jwks', {
      folder: 'jwks',
      description: 'public keys (RFC 7517)',
    }).bindTable(ENVIRONMENT.keysTable, tables.keys, 'GetItem');

    this.register = new EndpointFunction(this, 'Register', {
      folder: 'register',
      description: 'dynamic client registration (RFC 7591)',
    })
      .bind(ENVIRONMENT.issuer, issuer)
      .bindTable(ENVIRONMENT.clientsTable, tables.clients, 'GetItem', 'UpdateItem');

    this.clientConfiguration = new EndpointFunction(this, 'ClientConfiguration', {
      folder: 'client-configuration',
      description: 'client configuration endpoint (RFC 7592)',
    })
      .bind(ENVIRONMENT.issuer, issuer)
      .bindTable(ENVIRONMENT.clientsTable, tables.clients, 'GetItem', 'UpdateItem', 'DeleteItem');

    this.welcome = new EndpointFunction(this, 'Welcome', {
      folder: 'welcome',
      description: 'says what this is to people who open its address in a browser',
    })
      .bind(ENVIRONMENT.issuer, issuer)
      .bind(ENVIRONMENT.theme, theme)
      .bind(ENVIRONMENT.servers, servers);

    // Writes nothing: a flood of requests leaves no rows.
    this.authorize = new EndpointFunction(this, 'Authorize', {
      folder: 'authorize',
      description: 'authorization endpoint (RFC 6749)',
      timeout: DOCUMENTS_TIMEOUT,
    })
      .bind(ENVIRONMENT.clientDocuments, clientDocuments)
      .bind(ENVIRONMENT.issuer, issuer)
      .bind(ENVIRONMENT.theme, theme)
      .bind(ENVIRONMENT.servers, servers)
      .bind(ENVIRONMENT.scopes, scopesInWords(configuration))
      .bind(ENVIRONMENT.identityProviders, identityProviders)
      .bind(ENVIRONMENT.lifetimes, lifetimes)
      .bind(ENVIRONMENT.configuredClients, knownClients)
      .bindTable(ENVIRONMENT.clientsTable, tables.clients, 'GetItem')
      .bindSecret(ENVIRONMENT.sealingSecret, secrets.sealing);

    this.consent = new EndpointFunction(this, 'Consent', {
      folder: 'consent',
      description: "takes a person's decision and sends the browser to the identity provider",
      timeout: UPSTREAM_TIMEOUT,
    })
      .bind(ENVIRONMENT.issuer, issuer)
      .bind(ENVIRONMENT.theme, theme)
      .bind(ENVIRONMENT.identityProviders, identityProviders)
      .readSecrets(Object.values(secrets.identityProviders))
      .bind(ENVIRONMENT.lifetimes, lifetimes)
      .bindTable(ENVIRONMENT.transactionsTable, tables.transactions, 'GetItem', 'UpdateItem')
      .bindSecret(ENVIRONMENT.sealingSecret, secrets.sealing);

    this.callback = new EndpointFunction(this, 'Callback', {
      folder: 'callback',
      description: 'takes the answer of the identity provider and issues the authorization code',
      timeout: UPSTREAM_TIMEOUT,
    })
      .bind(ENVIRONMENT.issuer, issuer)
      .bind(ENVIRONMENT.theme, theme)
      .bind(ENVIRONMENT.identityProviders, identityProviders)
      .readSecrets(Object.values(secrets.identityProviders))
      .bind(ENVIRONMENT.access, access)
      .bind(ENVIRONMENT.tokenVault, tokenVault)
      .bind(ENVIRONMENT.lifetimes, lifetimes)
      .bindTable(ENVIRONMENT.transactionsTable, tables.transactions, 'GetItem', 'UpdateItem')
      .bindTable(ENVIRONMENT.grantsTable, tables.grants, 'GetItem', 'PutItem')
      .bindTable(ENVIRONMENT.clientsTable, tables.clients, 'UpdateItem')
      .bindSecret(ENVIRONMENT.sealingSecret, secrets.sealing)
      .bindSecret(ENVIRONMENT.subjectSecret, secrets.subject);

    // Where scopes are refused, it looks whether the same was asked for before, and notes it.
    if (Object.values(configuration.scopes).some(({ grantedTo }) => grantedTo !== undefined)) {
      this.callback.queryIndex(tables.grants, SUBJECT_INDEX).allow(['dynamodb:UpdateItem'], tables.grants.tableArn);
    }

    this.connections = new EndpointFunction(this, 'Connections', {
      folder: 'connections',
      description: 'lets people see and end the connections of their programs',
      timeout: UPSTREAM_TIMEOUT,
    })
      .bind(ENVIRONMENT.issuer, issuer)
      .bind(ENVIRONMENT.theme, theme)
      .bind(ENVIRONMENT.scopes, scopesInWords(configuration))
      .bind(ENVIRONMENT.identityProviders, identityProviders)
      .readSecrets(Object.values(secrets.identityProviders))
      .bind(ENVIRONMENT.lifetimes, lifetimes)
      .bind(ENVIRONMENT.configuredClients, knownClients)
      .bindTable(ENVIRONMENT.transactionsTable, tables.transactions, 'GetItem', 'UpdateItem')
      .bindTable(ENVIRONMENT.grantsTable, tables.grants, 'GetItem', 'UpdateItem')
      .queryIndex(tables.grants, SUBJECT_INDEX)
      .bindTable(ENVIRONMENT.clientsTable, tables.clients, 'GetItem')
      .bindTable(ENVIRONMENT.keysTable, tables.keys, 'GetItem')
      .bindSecret(ENVIRONMENT.sealingSecret, secrets.sealing);

    if (configuration.rememberConsent) allowRememberedConsents(this, tables, secrets);

    // Where clients authenticate, by whatever a client may prove itself with.
    const authenticatingClients = (name: string, folder: string, description: string) =>
      new EndpointFunction(this, name, { folder, description, timeout: DOCUMENTS_TIMEOUT })
        .bind(ENVIRONMENT.issuer, issuer)
        .bind(ENVIRONMENT.clientDocuments, clientDocuments)
        .bind(ENVIRONMENT.configuredClients, clientsWithCredentials)
        .readSecrets(clientSecrets)
        .bindTable(ENVIRONMENT.clientsTable, tables.clients, 'GetItem')
        .bindTable(ENVIRONMENT.assertionsTable, tables.assertions, 'GetItem', 'PutItem')
        .bindTable(ENVIRONMENT.countersTable, tables.counters, 'UpdateItem')
        .bindTable(ENVIRONMENT.keysTable, tables.keys, 'GetItem');

    // May Sign by the policy of the keys themselves, which names this function's role and no other.
    this.token = authenticatingClients('Token', 'token', 'token endpoint (RFC 6749)')
      .reserveConcurrency(configuration.reservedConcurrency.token)
      .bind(ENVIRONMENT.servers, servers)
      .bind(ENVIRONMENT.scopes, scopes)
      .bind(ENVIRONMENT.lifetimes, lifetimes)
      .bind(ENVIRONMENT.access, access)
      .bind(ENVIRONMENT.identityProviderKinds, identityProviderKinds(configuration))
      .bind(ENVIRONMENT.identityProviders, keptProviders)
      .readSecrets(Object.keys(keptProviders).flatMap((id) => secrets.identityProviders[id] ?? []))
      .bind(ENVIRONMENT.tokenVault, tokenVault)
      .bindTable(ENVIRONMENT.grantsTable, tables.grants, 'GetItem', 'UpdateItem');

    tokensKey?.letSeal(this.callback);
    tokensKey?.letOpen(this.token);

    this.revoke = authenticatingClients('Revoke', 'revoke', 'token revocation (RFC 7009)').bindTable(
      ENVIRONMENT.grantsTable,
      tables.grants,
      'GetItem',
      'UpdateItem',
    );

    this.introspect = authenticatingClients('Introspect', 'introspect', 'token introspection (RFC 7662)')
      .bind(ENVIRONMENT.lifetimes, lifetimes)
      .bindTable(ENVIRONMENT.grantsTable, tables.grants, 'GetItem');

    this.userinfo = new EndpointFunction(this, 'Userinfo', {
      folder: 'userinfo',
      description: 'what a token says of the person (OpenID Connect Core, section 5.3)',
    })
      .bind(ENVIRONMENT.issuer, issuer)
      .bindTable(ENVIRONMENT.grantsTable, tables.grants, 'GetItem')
      .bindTable(ENVIRONMENT.keysTable, tables.keys, 'GetItem');

    this.health = new EndpointFunction(this, 'Health', {
      folder: 'health',
      description: 'says whether tokens can be issued, and people log in',
    })
      .bindTable(ENVIRONMENT.keysTable, tables.keys, 'GetItem')
      .bind(ENVIRONMENT.identityProviders, identityProviders)
      .describeSecrets(Object.values(secrets.identityProviders));
  }

  get all(): readonly EndpointFunction[] {
    return this.node.children.filter((child) => child instanceof EndpointFunction);
  }
}

export type EndpointName = Exclude<keyof Endpoints, keyof Construct | 'all' | 'tokensKey'>;
