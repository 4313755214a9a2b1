import { randomBytes } from 'node:crypto';
import { withoutUndefined } from '../../../lambdas/core/without-undefined.ts';
import type { Configuration } from '../../../lib/config/configuration.ts';
import type { ResolvedTemplate } from '../cloud/resolved-template.ts';
import type { Services } from '../cloud/services/index.ts';
import { ofType } from '../cloud/services/principals.ts';
import type { UpstreamClient } from './upstream-client.ts';

interface Options {
  readonly origin: string;
  readonly configuration: Configuration;
  readonly developmentProviders: readonly string[];
}

/**
 * Creates a client at the development provider for each identity provider that it replaces. Stores the credentials as
 * an operator would: by PutSecretValue on the provider's secret.
 *
 * @returns the clients, and the commands that fill the secrets that are still empty
 */
export const storeUpstreamClients = async (
  template: ResolvedTemplate,
  services: Services,
  { origin, configuration, developmentProviders }: Options,
): Promise<{ clients: Record<string, UpstreamClient>; missing: string[] }> => {
  const clients: Record<string, UpstreamClient> = {};
  const missing: string[] = [];
  for (const [id, { kind, tokenEndpointAuthentication }] of Object.entries(configuration.identityProviders)) {
    const secretId = secretOf(template, id);
    if (!secretId) throw new Error(`the stack has no secret for "${id}"`);
    if (developmentProviders.includes(id)) {
      const client: UpstreamClient = {
        kind,
        clientId: `gatehouse-${id}`,
        clientSecret: randomBytes(32).toString('base64url'),
        redirectUri: `${origin}/callback/${id}`,
        ...withoutUndefined({ tokenEndpointAuthentication }),
      };
      clients[id] = client;
      await services.asOperator('secretsmanager', 'PutSecretValue', {
        SecretId: secretId,
        ClientRequestToken: randomBytes(16).toString('hex'),
        SecretString: JSON.stringify({ client_id: client.clientId, client_secret: client.clientSecret }),
      });
    } else if (!(await hasValue(services, secretId))) {
      missing.push(localCommand(services, commandFor(template, id)));
    }
  }
  return { clients, missing };
};

/** The stack's commands that show what it made for clients, adapted to this run: their secrets, and the initial access token. */
export const clientSecretCommands = (template: ResolvedTemplate, services: Services): string[] =>
  Object.entries(template.outputs)
    .filter(([name]) => name.startsWith('ClientSecretCommand') || name === 'RegistrationTokenCommand')
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

const hasValue = (services: Services, secretId: string): Promise<boolean> =>
  services.asOperator('secretsmanager', 'GetSecretValue', { SecretId: secretId }).then(
    () => true,
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
