import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** The secret of a pre-registered client, and a connection to it with the credentials that the cloud's start prints. */
export interface OpenSecret {
  readonly secretsManager: SecretsManagerClient;
  readonly secretId: string;
}

/**
 * Finds the command that shows a client's secret in what the start of the cloud prints.
 *
 * @throws Error if there is no such command
 */
export const openClientSecret = (output: string, clientId: string): OpenSecret =>
  openSecret(output, `Client${clientId.replaceAll('-', '')}`);

const openSecret = (output: string, logicalId: string): OpenSecret => {
  const command = output.split('\n').find((line) => line.includes('get-secret-value') && line.includes(logicalId));
  const part = (pattern: RegExp): string => {
    const value = command === undefined ? undefined : pattern.exec(command)?.[1];
    if (value === undefined) throw new Error(`no command for the secret ${logicalId} with ${pattern} in:\n${output}`);
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

/** Reads the secret of a pre-registered client as its owner would: by the command that the start of the cloud prints. */
export const readClientSecret = (output: string, clientId: string): Promise<string> =>
  readSecret(openClientSecret(output, clientId));

/** Reads the initial access token of registrations, by the command that the start of the cloud prints. */
export const readInitialAccessToken = (output: string): Promise<string> =>
  readSecret(openSecret(output, 'SecretsRegistration'));

const readSecret = async ({ secretsManager, secretId }: OpenSecret): Promise<string> => {
  const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: secretId }));
  secretsManager.destroy();
  if (SecretString === undefined) throw new Error(`the secret ${secretId} is empty`);
  return SecretString;
};
