import { CfnResource, Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { GRANT_STATUS_ATTRIBUTES } from '../lambdas/core/grants/grant.ts';
import * as settings from '../lambdas/core/settings.ts';
import { acknowledge } from './acknowledge.ts';
import { ApiGatewayLogRole } from './api/api-gateway-log-role.ts';
import { AuthorizationServer } from './api/authorization-server.ts';
import { ProtectedResource } from './api/protected-resource.ts';
import {
  type Configuration,
  ConfigurationError,
  type ConfigurationInput,
  parseConfiguration,
} from './config/configuration.ts';
import { isMadeByStack } from './config/identity-providers.ts';
import { readLogo } from './config/theme.ts';
import { KeyRing } from './data/key-ring.ts';
import { Secrets } from './data/secrets.ts';
import { Tables } from './data/tables.ts';
import { UserPool } from './data/user-pool.ts';
import { Firewall } from './edge/firewall.ts';
import { FrontDoor } from './edge/front-door.ts';
import { EndpointFunction } from './functions/endpoint-function.ts';
import { Endpoints } from './functions/endpoints/index.ts';
import { authorizerSettings, exampleOrigins, scopeSettings } from './functions/function-settings.ts';
import { identityProviderSettings } from './functions/identity-provider-settings.ts';
import { Privacy } from './functions/privacy.ts';
import { Alarms } from './monitoring/alarms.ts';
import { Dashboard } from './monitoring/dashboard.ts';
import { enableMetrics } from './monitoring/own-metrics.ts';

export interface McpOAuthProxyProps {
  /** The object of gatehouse.json, or under `context.gatehouse` of cdk.json. */
  readonly configuration: ConfigurationInput;
}

/**
 * OAuth 2.1 in front of MCP servers: an authorization server, one protected resource for each server, and the distribution
 * that makes them one origin. The bundles must exist: call `await bundleFunctions()` first.
 *
 * Never rename the construct ids: a new id would replace tables, secrets and the issuer.
 *
 * @throws ConfigurationError if the configuration cannot work
 */
export class McpOAuthProxy extends Construct {
  /** `https://<domain>`, without path or trailing slash. */
  readonly issuer: string;
  readonly tables: Tables;
  /** Identity provider id → user pool that the stack creates for it. */
  readonly userPools: Readonly<Record<string, UserPool>>;
  readonly secrets: Secrets;
  readonly keyRing: KeyRing;
  readonly frontDoor: FrontDoor;
  readonly endpoints: Endpoints;
  readonly authorizationServer: AuthorizationServer;
  readonly protectedResources: readonly ProtectedResource[];
  readonly authorizer: EndpointFunction;
  readonly privacy: Privacy;
  #alarms: Alarms | undefined;

  constructor(scope: Construct, id: string, props: McpOAuthProxyProps) {
    super(scope, id);
    const configuration = parseConfiguration(props.configuration);
    const { kmsKeyArn } = configuration;
    this.tables = new Tables(this, 'Tables', { kmsKeyArn });

    this.authorizationServer = new AuthorizationServer(this, 'AuthorizationServer');
    this.protectedResources = Object.entries(configuration.servers).map(
      ([path, server]) => new ProtectedResource(this, `Server${path.replaceAll('/', '-')}`, { path, server }),
    );
    this.frontDoor = new FrontDoor(this, 'FrontDoor', {
      authorizationServer: this.authorizationServer.api,
      servers: this.protectedResources,
      restoreChallenges: configuration.restoreChallenges,
      wellKnown: configuration.wellKnown,
      kmsKeyArn,
    });
    this.issuer = this.frontDoor.issuer;

    this.userPools = this.#createUserPools(configuration);
    this.secrets = new Secrets(this, 'Secrets', { configuration, userPools: this.userPools });

    this.endpoints = new Endpoints(this, 'Endpoints', {
      configuration,
      issuer: this.issuer,
      tables: this.tables,
      secrets: this.secrets,
      userPools: this.userPools,
    });
    this.keyRing = new KeyRing(this, 'KeyRing', {
      table: this.tables.keys,
      tokenRole: this.endpoints.functions.token.role,
      lifetimes: configuration.lifetimes,
      tags: configuration.tags,
    });
    this.keyRing.grantDescribeKeys(this.endpoints.functions.health);
    this.authorizer = this.#createAuthorizer(configuration);
    this.privacy = new Privacy(this, 'Privacy', {
      tables: this.tables,
      secrets: this.secrets,
      identityProviders: identityProviderSettings({ configuration, secrets: this.secrets, userPools: this.userPools }),
      keyRing: this.keyRing.manager,
    });

    const { logo } = configuration.theme;
    this.authorizationServer.serve(this.endpoints, logo === undefined ? undefined : readLogo(logo));
    const example = once(() => this.#createExampleServer(configuration));
    for (const resource of this.protectedResources) {
      resource.serve({
        issuer: this.issuer,
        scopes: scopeSettings(configuration),
        authorizer: this.authorizer,
        secrets: this.secrets.servers,
        counters: this.tables.counters,
        challengesArrive: configuration.restoreChallenges,
        example,
      });
    }

    // No API is deployed before the first signing key exists.
    const apis = [this.authorizationServer, ...this.protectedResources].map(({ api }) => api);
    for (const api of apis) this.keyRing.mustExistBefore(api.deploymentStage);
    createOneByOne(apis);
    this.#protect(configuration.firewall);
    if (configuration.apiGatewayLogRole === 'create') this.#createLogRole();
    this.#monitor(configuration);
    this.#checkEnvironments();
  }

  /** The topic that alarms notify; undefined if alarms are off. */
  get alarmTopic(): Topic | undefined {
    return this.#alarms?.topic;
  }

  #createUserPools({ identityProviders }: Configuration): Record<string, UserPool> {
    return Object.fromEntries(
      Object.entries(identityProviders)
        .filter(([, provider]) => isMadeByStack(provider))
        .map(([id, { scopes }]) => {
          const props = { providerId: id, redirectUri: `${this.issuer}/callback/${id}`, scopes };
          return [id, new UserPool(this, `UserPool-${id}`, props)];
        }),
    );
  }

  #protect(hasFirewall: boolean): void {
    const protectedResources = this.protectedResources.map(({ api }) => api);
    const authorizationServer = this.authorizationServer.api;
    if (hasFirewall) {
      const { distribution, originSecret } = this.frontDoor;
      new Firewall(this, 'Firewall', { authorizationServer, protectedResources, distribution, originSecret });
      return;
    }
    for (const { deploymentStage } of [authorizationServer, ...protectedResources]) {
      acknowledge(deploymentStage, {
        APIG3: 'The configuration leaves the firewall out; routes are throttled, and MCP servers demand tokens',
      });
    }
  }

  get #inspectors(): readonly EndpointFunction[] {
    return this.protectedResources.flatMap(({ inspector }) => inspector ?? []);
  }

  #monitor({ monitoring }: Configuration): void {
    if (!monitoring.alarms && !monitoring.dashboard) return;
    const { authorize, callback, connections, consent, introspect, register, revoke, token } = this.endpoints.functions;
    enableMetrics([
      authorize,
      callback,
      connections,
      consent,
      introspect,
      register,
      revoke,
      token,
      this.authorizer,
      ...this.#inspectors,
    ]);
    if (monitoring.alarms) this.#alarms = new Alarms(this, 'Alarms', { parts: this, email: monitoring.email });
    if (monitoring.dashboard) new Dashboard(this, 'Dashboard', { parts: this });
  }

  /**
   * One function for all servers. It tells them apart by the id of the API that calls it. It reads the status of a grant
   * while the list of revoked grants is full; the identity of the user stays unreadable.
   */
  #createAuthorizer(configuration: Configuration): EndpointFunction {
    return new EndpointFunction(this, 'Authorizer', { folder: 'authorizer', description: 'checks access tokens' })
      .reserveConcurrency(configuration.reservedConcurrency.authorizer)
      .set(settings.issuer, this.issuer)
      .set(settings.servers, authorizerSettings(configuration))
      .set(settings.scopes, scopeSettings(configuration))
      .set(
        settings.protectedResources,
        Object.fromEntries(this.protectedResources.map(({ path, api }) => [api.restApiId, path])),
      )
      .bindTable(settings.keysTable, this.tables.keys, 'GetItem')
      .bindAttributes(settings.grantsTable, this.tables.grants, GRANT_STATUS_ATTRIBUTES);
  }

  #createExampleServer(configuration: Configuration): EndpointFunction {
    return new EndpointFunction(this, 'ExampleServer', {
      folder: 'example-mcp-server',
      description: 'the example MCP server',
      timeout: Duration.minutes(15),
    }).setOptional(settings.exampleOrigins, exampleOrigins(configuration));
  }

  #createLogRole(): void {
    const role = new ApiGatewayLogRole(this, 'ApiGatewayLogRole', { api: this.authorizationServer.api });
    for (const { api } of [this.authorizationServer, ...this.protectedResources]) {
      api.deploymentStage.node.addDependency(role);
    }
  }

  #checkEnvironments(): void {
    const problems = [
      ...Object.values(this.endpoints.functions),
      this.authorizer,
      ...this.#inspectors,
      this.keyRing.manager,
      this.privacy,
    ].flatMap((endpoint) => endpoint.environmentProblem() ?? []);
    if (problems.length > 0) throw new ConfigurationError(problems);
  }
}

/** API Gateway accepts one new API in three seconds and one deployment in five, for the account and region. */
const createOneByOne = (apis: readonly RestApi[]): void => {
  apis.reduce((previous, api) => {
    for (const [part, former] of [
      [api.node.defaultChild, previous.node.defaultChild],
      [api.latestDeployment?.node.defaultChild, previous.latestDeployment?.node.defaultChild],
    ]) {
      if (part instanceof CfnResource && former instanceof CfnResource) part.addResourceDependency(former);
    }
    return api;
  });
};

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};
