import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { UserPool } from './data/user-pool.ts';
import type { EndpointFunction } from './functions/endpoint-function.ts';
import type { McpOAuthProxy } from './mcp-oauth-proxy.ts';
import { standingCost } from './monitoring/standing-cost.ts';
import { RING_TAG, STACK_ID_TAG } from './names.ts';

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
    if (userPool) {
      // The stack stores the secret itself. A command that stores another one would only break the login.
      addUserPoolOutputs(output, inRegion, id, userPool);
      continue;
    }
    output(
      `RedirectUri${pascalCase(id)}`,
      `Register this redirect URI with the identity provider "${id}"`,
      `${proxy.issuer}/callback/${id}`,
    );
    output(
      `SecretCommand${pascalCase(id)}`,
      `Run this with your credentials from "${id}"; users can log in afterwards`,
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

  for (const { path, credentialHeaders } of proxy.protectedResources) {
    const secret = proxy.secrets.servers[path];
    if (secret === undefined) continue;
    const values = Object.fromEntries(credentialHeaders.map((name) => [name, 'VALUE']));
    output(
      `HeadersCommand${pascalCase(path)}`,
      `Run this with the values of these headers; the MCP server ${path} gets them within five minutes`,
      `aws secretsmanager put-secret-value ${inRegion} --secret-id ${secret.ref} ` +
        `--secret-string '${JSON.stringify(values)}'`,
    );
  }

  if (proxy.secrets.registration !== undefined) {
    output(
      'RegistrationTokenCommand',
      'Shows the initial access token, which clients send to register; if you store a new value, the previous one works until the next change',
      `aws secretsmanager get-secret-value ${inRegion} --secret-id ${proxy.secrets.registration.ref} --query SecretString --output text`,
    );
  }

  const keys = (id: string, description: string, command: object) =>
    output(id, description, invocation(proxy.keyRing.manager, inRegion, command, 'key-ring.json'));
  const person = (id: string, description: string, command: object) =>
    output(id, description, invocation(proxy.privacy, inRegion, command, 'user-data.json'));
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
  person('ExportUserDataCommand', `Shows all data that is stored about a user; ${byProvider}`, {
    action: 'export',
    subject: 'SUB',
  });
  person('EraseUserDataCommand', `Logs a user out and erases the stored data; ${byProvider}`, {
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

  output('StandingCost', 'List price while it is not used; docs/runbook.md says what adds to it', standingCost(stack));

  const tables = proxy.tables.kept.map(({ tableName }) => tableName).join(' ');
  output(
    'KeptTables',
    'cdk destroy keeps the tables; this deletes them and every login permanently',
    `for table in ${tables}; do ` +
      `aws dynamodb update-table ${inRegion} --table-name $table --no-deletion-protection-enabled && ` +
      `aws dynamodb wait table-exists ${inRegion} --table-name $table && ` +
      `aws dynamodb delete-table ${inRegion} --table-name $table; done`,
  );
  const onceDeleted = `[ "$(${stackStatus(stack)})" = DELETE_COMPLETE ]`;
  output(
    'KeptSecrets',
    'cdk destroy keeps the secrets, those of removed providers too; afterwards this shows and then deletes them',
    `${onceDeleted} && ids=$(aws secretsmanager list-secrets ${inRegion} --filters Key=tag-key,Values=${STACK_ID_TAG} ` +
      `Key=tag-value,Values=${stack.stackId} --query 'SecretList[].ARN' --output text) && ` +
      confirmed(`aws secretsmanager delete-secret ${inRegion} --secret-id $id`),
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
    'cdk destroy keeps the signing keys; afterwards this shows and then deletes them, but never those of another stack',
    `${onceDeleted} && ids=$(aws resourcegroupstaggingapi get-resources ${inRegion} --resource-type-filters kms:key ` +
      `--tag-filters 'Key=${RING_TAG},Values=${proxy.tables.keys.tableName}' ` +
      `--query 'ResourceTagMappingList[].ResourceARN' --output text) && ` +
      confirmed(`aws kms schedule-key-deletion ${inRegion} --pending-window-in-days 7 --key-id $id`),
  );
};

/** A deleted stack answers by its ARN alone, for 90 days. */
const stackStatus = (stack: Stack): string =>
  `aws cloudformation describe-stacks --region ${stack.region} --stack-name ${stack.stackId} ` +
  "--query 'Stacks[0].StackStatus' --output text";

/** Shows the ids in the variable `ids`, and runs a command for each `$id` after the word yes. It works in zsh, too. */
const confirmed = (command: string): string =>
  'echo "$ids" && printf "Delete these? (yes/no) " && read answer && [ "$answer" = yes ] && ' +
  `for id in $(echo $ids); do ${command}; done`;

/**
 * The AWS CLI writes its own report to standard output, so the answer goes to a file, which is then shown. Versions 1 and
 * 2 read the payload of a text differently, but both read a file as it is.
 */
const invocation = ({ lambda }: EndpointFunction, inRegion: string, command: object, file: string): string =>
  `echo '${JSON.stringify(command)}' > command.json && ` +
  `aws lambda invoke ${inRegion} --function-name ${lambda.functionName} --cli-read-timeout 300 ` +
  `--payload fileb://command.json ${file} && cat ${file}`;

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
