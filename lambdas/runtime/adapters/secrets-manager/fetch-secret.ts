import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { UnavailableError } from '../../../core/oauth-error.ts';

/**
 * Reads one version of a secret.
 *
 * @returns undefined when it has no value yet
 * @throws UnavailableError
 */
export const fetchSecret = async (
  client: SecretsManagerClient,
  secretId: string,
  versionStage: 'AWSCURRENT' | 'AWSPREVIOUS' = 'AWSCURRENT',
): Promise<string | undefined> => {
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: versionStage }));
    return answer.SecretString || undefined;
  } catch (error) {
    // Secrets Manager's error for a secret, or a version of it, that has no value yet.
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw new UnavailableError('Secrets Manager', error);
  }
};
