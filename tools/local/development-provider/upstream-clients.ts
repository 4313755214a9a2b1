import { randomBytes } from 'node:crypto';
import { withoutUndefined } from '../../../lambdas/core/without-undefined.ts';
import type { Configuration } from '../../../lib/config/configuration.ts';
import type { ResolvedTemplate } from '../cloud/resolved-template.ts';
import type { Services } from '../cloud/services/index.ts';
import { ofType } from '../cloud/services/principals.ts';
import { type Ask, askForProviderSecret, type ProviderSecret } from '../provider-secrets.ts';
import type { UpstreamClient } from './upstream-client.ts';

interface Options {
  readonly origin: string;
  readonly configuration: Configuration;
  readonly developmentProviders: readonly string[];
  /** Provider id → what the operator wrote into the file of `--secrets`. */
  readonly providerSecrets: Readonly<Record<string, ProviderSecret>>;
  /** Asks for missing secrets. Undefined if they are not wanted now, or nothing can be asked. */
  readonly ask: Ask | undefined;
}

/**
 * Creates a client at the development provider for each identity provider that it replaces. Stores the credentials as
 * an operator would: by PutSecretValue on the provider's secret. Those of other providers come from the operator.
 *
 * @returns the clients, and the commands that fill the secrets that are still empty
 */
export const storeUpstreamClients = async (
  template: ResolvedTemplate,
  services: Services,
  { origin, configuration, developmentProviders, providerSecrets, ask }: Options,
): Promise<{ clients: Record<string, UpstreamClient>; missing: string[] }> => {
  const store = (SecretId: string, secret: ProviderSecret) =>
    services.asOperator('secretsmanager', 'PutSecretValue', {
      SecretId,
      ClientRequestToken: randomBytes(16).toString('hex'),
      SecretString: JSON.stringify(secret),
    });
  const clients: Record<string, UpstreamClient> = {};
  const missing: string[] = [];
  for (const [id, { kind, tokenEndpointAuthentication }] of Object.entries(configuration.identityProviders)) {
    const secretId = secretOf(template, id);
    if (!secretId) throw new Error(`the stack has no secret for "${id}"`);
    const redirectUri = `${origin}/callback/${id}`;
    if (developmentProviders.includes(id)) {
      const client: UpstreamClient = {
        kind,
        clientId: developmentClientId(id),
        clientSecret: randomBytes(32).toString('base64url'),
        redirectUri,
        ...withoutUndefined({ tokenEndpointAuthentication }),
      };
      clients[id] = client;
      await store(secretId, { client_id: client.clientId, client_secret: client.clientSecret });
      continue;
    }
    const isMissing = providerSecrets[id] === undefined && !(await hasRealSecret(services, secretId, id));
    const secret = isMissing && ask ? await askForProviderSecret(ask, id, redirectUri) : providerSecrets[id];
    if (secret) await store(secretId, secret);
    else if (isMissing) missing.push(localCommand(services, commandFor(template, id)));
  }
  return { clients, missing };
};

/** The stack's commands that show what it made for clients, adapted to this run: their secrets, and the initial access token. */
export const clientSecretCommands = (template: ResolvedTemplate, services: Services): string[] =>
  Object.entries(template.outputs)
    .filter(([name]) => name.startsWith('ClientSecretCommand') || name === 'RegistrationTokenCommand')
    .map(([, command]) => localCommand(services, command));

/** The stack's commands that store the headers of MCP servers, adapted to this run. */
export const serverHeadersCommands = (template: ResolvedTemplate, services: Services): string[] =>
  Object.entries(template.outputs)
    .filter(([name]) => name.startsWith('HeadersCommand'))
    .map(([, command]) => localCommand(services, command));

/** The stack's commands that rotate the signing key and end sessions, adapted to this run. */
export const administrationCommands = (template: ResolvedTemplate, services: Services): string[] =>
  Object.values(template.outputs)
    .filter((command) => command.includes(' && aws lambda invoke '))
    .map((command) => localCommand(services, command, services.endpoints.lambda));

/** The output for a provider's id, compared without `-` and case: `SecretCommandMyIdp` for `my-idp`. */
const commandFor = (template: ResolvedTemplate, id: string): string => {
  const wanted = `secretcommand${id.replaceAll('-', '')}`;
  return Object.entries(template.outputs).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
};

/** A secret's logical id ends with the provider's id, without `-`, and eight characters of the CDK. */
const secretOf = (template: ResolvedTemplate, id: string): string | undefined => {
  const isOfProvider = new RegExp(`Provider${id.replaceAll('-', '')}[0-9A-F]{8}$`);
  return ofType(template, 'AWS::SecretsManager::Secret').find(({ logicalId }) => isOfProvider.test(logicalId))
    ?.physicalId;
};

const developmentClientId = (id: string): string => `gatehouse-${id}`;

/** A data folder may still hold the secret for the development provider. */
const hasRealSecret = (services: Services, secretId: string, id: string): Promise<boolean> =>
  services.asOperator('secretsmanager', 'GetSecretValue', { SecretId: secretId }).then(
    ({ SecretString }) => !String(SecretString).includes(JSON.stringify(developmentClientId(id))),
    () => false,
  );

/** Adapts a command to this run, with credentials that are valid for this run only. */
const localCommand = (
  { operator, endpoints }: Services,
  command: string,
  endpoint = endpoints.secretsManager,
): string =>
  command.replace(
    /\baws (?=lambda|secretsmanager)/,
    `AWS_ACCESS_KEY_ID=${operator.accessKeyId} AWS_SECRET_ACCESS_KEY=${operator.secretAccessKey} ` +
      `AWS_SESSION_TOKEN=${operator.sessionToken} aws --endpoint-url ${endpoint} `,
  );
