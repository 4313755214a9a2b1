import { KMSClient } from '@aws-sdk/client-kms';
import { timeLimitMs } from '../../time-limits.ts';
import { SDK_LIMITS } from '../sdk-limits.ts';

let client: KMSClient | undefined;

/** The one client of a function that signs or seals. */
export const kmsClient = (): KMSClient => (client ??= new KMSClient(SDK_LIMITS));

/** For making keys, where a deployment waits and nobody else. CreateKey takes seconds at times. */
export const patientKmsClient = (): KMSClient =>
  new KMSClient({
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: timeLimitMs(2000),
      requestTimeout: timeLimitMs(10_000),
      throwOnRequestTimeout: true,
    },
  });
