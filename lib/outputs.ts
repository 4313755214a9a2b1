import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { UserPool } from './data/user-pool.ts';
import type { EndpointFunction } from './functions/endpoint-function.ts';
import type { McpOAuthProxy } from './mcp-oauth-proxy.ts';
import { KEY_TAG } from './names.ts';

/** Adds what `cdk deploy` prints: where to connect, what to do next, and what remains after `cdk destroy`. */
export const addOutputs = (stack: Stack, proxy: McpOAuthProxy): void => {
  const output = (id: string, description: string, value: string) => new CfnOutput(stack, id, { description, value });
  const inRegion = `--region ${stack.region}`;

  output('Issuer', 'URL of the authorization server', proxy.issuer);
  for (const { path } of proxy.protectedResources) {
    output(`ConnectorUrl${pascalCase(path)}`, 'Give this URL to MCP clients', `${proxy.issuer}${path}`);
  }
  for (const [id, secret] of Object.entries(proxy.secrets.identityProviders)) {
    const userPool = proxy.userPools[id];
    if (userPool) addUserPoolOutputs(output, inRegion, id, userPool);
    else {
      output(
        `RedirectUri${pascalCase(id)}`,
        `Register this redirect URI with the identity provider "${id}"`,
        `${proxy.issuer}/callback/${id}`,
      );
    }
    output(
      `SecretCommand${pascalCase(id)}`,
      userPool
        ? `The secret of "${id}" is stored already; run this only if its app client gets a new one`
        : `Run this with your credentials from "${id}"; users can log in afterwards`,
      `aws secretsmanager put-secret-value ${inRegion} --secret-id ${secret.ref} ` +
        `--secret-string '{"client_id":"CLIENT_ID","client_secret":"CLIENT_SECRET"}'`,
    );
  }

  for (const [clientId, secret] of Object.entries(proxy.secrets.clients)) {
    output(`ClientId${pascalCase(clientId)}`, 'Client id of a client with a secret', clientId);
    output(
      `ClientSecretCommand${pascalCase(clientId)}`,
      `Shows the secret of the client "${clientId}"; if you store a new value, the previous one works until the next change`,
      `aws secretsmanager get-secret-value ${inRegion} --secret-id ${secret.ref} --query SecretString --output text`,
    );
  }

  const invoke = ({ lambda }: EndpointFunction, id: string, description: string, command: object) =>
    output(
      id,
      description,
      `aws lambda invoke ${inRegion} --function-name ${lambda.functionName} --cli-read-timeout 300 ` +
        `--cli-binary-format raw-in-base64-out --payload '${JSON.stringify(command)}' /dev/stdout`,
    );
  const keys = (id: string, description: string, command: object) =>
    invoke(proxy.keyRing.manager, id, description, command);
  keys('RotateKeyCommand', 'Starts a rotation of the signing key; users stay logged in', { action: 'rotate' });
  keys(
    'EmergencyRotateKeyCommand',
    'Run this if the signing key is compromised; a new key signs at once, and every user must log in again',
    {
      action: 'rotate',
      emergency: true,
    },
  );
  keys(
    'LogOutCommand',
    'Logs out all users; for one client or user, put "clientId":"CLIENT_ID" or "subject":"SUB" in place of "all":true',
    { action: 'setNotBefore', all: true },
  );
  const byProvider =
    'instead of "subject":"SUB" you can put "identityProvider":"ID","upstreamSubject":"ID AT THE PROVIDER"';
  invoke(proxy.privacy, 'ExportUserDataCommand', `Shows all data that is stored about a user; ${byProvider}`, {
    action: 'export',
    subject: 'SUB',
  });
  invoke(proxy.privacy, 'EraseUserDataCommand', `Logs a user out and erases the stored data; ${byProvider}`, {
    action: 'erase',
    subject: 'SUB',
  });

  if (proxy.alarmTopic !== undefined) {
    output(
      'AlarmTopic',
      'Alarms notify this topic; to get them by mail, run this and confirm the message that arrives',
      `aws sns subscribe ${inRegion} --topic-arn ${proxy.alarmTopic.topicArn} --protocol email --notification-endpoint ADDRESS`,
    );
  }

  const tables = proxy.tables.kept.map(({ tableName }) => tableName).join(' ');
  output(
    'KeptTables',
    'cdk destroy keeps the tables; this deletes them and every login permanently',
    `for table in ${tables}; do ` +
      `aws dynamodb update-table ${inRegion} --table-name $table --no-deletion-protection-enabled && ` +
      `aws dynamodb wait table-exists ${inRegion} --table-name $table && ` +
      `aws dynamodb delete-table ${inRegion} --table-name $table; done`,
  );
  const secrets = proxy.secrets.all.map(({ ref }) => ref).join(' ');
  output(
    'KeptSecrets',
    'cdk destroy keeps the secrets; this deletes them',
    `for secret in ${secrets}; do aws secretsmanager delete-secret ${inRegion} --secret-id $secret; done`,
  );
  const { tokensKey } = proxy.endpoints;
  if (tokensKey !== undefined) {
    output(
      'KeptTokensKey',
      'cdk destroy keeps the key that encrypts tokens of identity providers; this deletes it, and the tokens become unreadable',
      `aws kms schedule-key-deletion ${inRegion} --key-id ${tokensKey.keyArn}`,
    );
  }
  output(
    'KeptSigningKeys',
    'cdk destroy keeps the signing keys; this lists them, and aws kms schedule-key-deletion --key-id ARN deletes each',
    `aws resourcegroupstaggingapi get-resources ${inRegion} --resource-type-filters kms:key ` +
      `--tag-filters 'Key=${KEY_TAG},Values=${proxy.keyRing.stackTag}'`,
  );
};

type Output = (id: string, description: string, value: string) => void;

/** Users cannot sign up at a pool of the stack, so the operator must add them before they can log in. */
const addUserPoolOutputs = (output: Output, inRegion: string, id: string, { userPoolId }: UserPool): void => {
  output(
    `AddUserCommand${pascalCase(id)}`,
    `Adds a user to "${id}", who gets a temporary password by e-mail`,
    `aws cognito-idp admin-create-user ${inRegion} --user-pool-id ${userPoolId} --username EMAIL ` +
      '--user-attributes Name=email,Value=EMAIL Name=email_verified,Value=true Name=name,Value="NAME"',
  );
  output(
    `KeptUserPool${pascalCase(id)}`,
    `cdk destroy keeps the user pool of "${id}"; this deletes it and its users permanently`,
    `aws cognito-idp update-user-pool ${inRegion} --user-pool-id ${userPoolId} --deletion-protection INACTIVE && ` +
      `aws cognito-idp delete-user-pool ${inRegion} --user-pool-id ${userPoolId}`,
  );
};

const pascalCase = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
