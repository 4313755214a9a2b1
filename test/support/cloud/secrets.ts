import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** A secret of the stack, and a connection to it with the credentials that the start of the local run prints. */
export interface OpenSecret {
  readonly secretsManager: SecretsManagerClient;
  readonly secretId: string;
}

/**
 * Finds a secret by the command that the start of the local run prints for it.
 *
 * @param command `get-secret-value` for secrets that the stack makes, `put-secret-value` for those of the operator
 * @param name what the name of the secret contains, such as `Servermcp`
 * @throws Error if there is no such command
 */
const openSecret = (output: string, command: 'get-secret-value' | 'put-secret-value', name: string): OpenSecret => {
  const line = output.split('\n').find((each) => each.includes(command) && each.includes(name));
  const part = (pattern: RegExp): string => {
    const value = line === undefined ? undefined : pattern.exec(line)?.[1];
    if (value === undefined) throw new Error(`no command for the secret ${name} with ${pattern} in:\n${output}`);
    return value;
  };
  const secretsManager = new SecretsManagerClient({
    endpoint: part(/--endpoint-url (\S+)/),
    region: part(/--region (\S+)/),
    credentials: {
      accessKeyId: part(/AWS_ACCESS_KEY_ID=(\S+)/),
      secretAccessKey: part(/AWS_SECRET_ACCESS_KEY=(\S+)/),
      sessionToken: part(/AWS_SESSION_TOKEN=(\S+)/),
    },
  });
  return { secretsManager, secretId: part(/--secret-id (\S+)/) };
};

/** Stores the value of a secret as the operator does. @throws Error if the run printed no command for it */
export const storeSecret = async (output: string, name: string, SecretString: string): Promise<void> => {
  const { secretsManager, secretId } = openSecret(output, 'put-secret-value', name);
  await secretsManager.send(new PutSecretValueCommand({ SecretId: secretId, SecretString }));
  secretsManager.destroy();
};

/** The secret of a pre-registered client. */
export const openClientSecret = (output: string, clientId: string): OpenSecret =>
  openSecret(output, 'get-secret-value', `Client${clientId.replaceAll('-', '')}`);

/** Reads the secret of a pre-registered client as its owner would. */
export const readClientSecret = (output: string, clientId: string): Promise<string> =>
  readSecret(openClientSecret(output, clientId));

/** Reads the initial access token of registrations. */
export const readInitialAccessToken = (output: string): Promise<string> =>
  readSecret(openSecret(output, 'get-secret-value', 'SecretsRegistration'));

const readSecret = async ({ secretsManager, secretId }: OpenSecret): Promise<string> => {
  const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: secretId }));
  secretsManager.destroy();
  if (SecretString === undefined) throw new Error(`the secret ${secretId} is empty`);
  return SecretString;
};
