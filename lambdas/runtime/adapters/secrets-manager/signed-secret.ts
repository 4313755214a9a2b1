import { type SignedCallOptions, signedCall } from '../signed-call.ts';

/** Two attempts, since Secrets Manager answers more slowly than DynamoDB. */
const PATIENCE = { attempts: 2, attemptTimeoutMs: 1500 };

export interface SignedSecretOptions extends Omit<SignedCallOptions, keyof typeof PATIENCE> {
  readonly secretId: string;
}

/**
 * Reads the current version of one secret without the AWS SDK.
 *
 * @returns undefined when it has no value yet
 * @throws UnavailableError
 */
export const signedSecret = ({ secretId, ...options }: SignedSecretOptions): (() => Promise<string | undefined>) => {
  const call = signedCall('secretsmanager', { ...PATIENCE, ...options });
  return async () => {
    try {
      const { SecretString } = await call('GetSecretValue', { SecretId: secretId });
      return typeof SecretString === 'string' && SecretString !== '' ? SecretString : undefined;
    } catch (error) {
      const { cause } = error as Error;
      if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  };
};
