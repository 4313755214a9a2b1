import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { timeLimitMs } from '../../time-limits.ts';

/** A page must answer within seconds: two short attempts, then an honest 503. */
export const secretsManagerClient = (): SecretsManagerClient =>
  new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: timeLimitMs(500),
      requestTimeout: timeLimitMs(1500),
      throwOnRequestTimeout: true,
    },
  });
