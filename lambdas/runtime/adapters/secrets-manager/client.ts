import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** A page must answer within seconds: two short attempts, then an honest 503. */
export const secretsManagerClient = (): SecretsManagerClient =>
  new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 500, requestTimeout: 1500, throwOnRequestTimeout: true },
  });
