import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { timeLimitMs } from '../../time-limits.ts';

let client: SecretsManagerClient | undefined;

/** The one client of a function. A page must answer within seconds: it makes two short attempts, then the answer is 503. */
export const secretsManagerClient = (): SecretsManagerClient =>
  (client ??= new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: timeLimitMs(500),
      requestTimeout: timeLimitMs(1500),
      throwOnRequestTimeout: true,
    },
  }));
