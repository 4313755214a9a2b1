import { KMSClient } from '@aws-sdk/client-kms';

/** As for DynamoDB: an honest 503 after about two seconds is better than an answer that nobody waits for. */
export const kmsClient = (): KMSClient =>
  new KMSClient({
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: 500,
      requestTimeout: 1000,
      socketTimeout: 1000,
      throwOnRequestTimeout: true,
    },
  });

/** For making keys, where a deployment waits and nobody else. CreateKey takes seconds at times. */
export const patientKmsClient = (): KMSClient =>
  new KMSClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
