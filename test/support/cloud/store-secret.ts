import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LocalCloud } from './local-cloud.ts';

/**
 * Stores the value of a secret as the operator does, by the command that the local run prints while it has none.
 *
 * @param name what the name of the secret contains, such as `Servermcp`
 * @throws Error if the run printed no command for it
 */
export const storeSecret = async (cloud: LocalCloud, name: string, SecretString: string): Promise<void> => {
  const command = cloud
    .output()
    .split('\n')
    .find((line) => line.includes('put-secret-value') && line.includes(name));
  const part = (pattern: RegExp): string => {
    const value = command === undefined ? undefined : pattern.exec(command)?.[1];
    if (value === undefined) throw new Error(`no command for the secret ${name} with ${pattern}:\n${cloud.output()}`);
    return value;
  };
  const client = new SecretsManagerClient({
    endpoint: part(/--endpoint-url (\S+)/),
    region: part(/--region (\S+)/),
    credentials: {
      accessKeyId: part(/AWS_ACCESS_KEY_ID=(\S+)/),
      secretAccessKey: part(/AWS_SECRET_ACCESS_KEY=(\S+)/),
      sessionToken: part(/AWS_SESSION_TOKEN=(\S+)/),
    },
  });
  await client.send(new PutSecretValueCommand({ SecretId: part(/--secret-id (\S+)/), SecretString }));
  client.destroy();
};
