import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { timeLimitMs } from '../time-limits.ts';

// One SDK client per service and execution environment, made at the first use. The bundler drops the clients that a
// function does not use. A call at module level would keep all of them in every bundle.

/**
 * Two attempts of at most one second each, so that a request ends with a 503 well before its caller gives up. Without
 * `throwOnRequestTimeout` the SDK only warns.
 */
export const SDK_LIMITS = {
  maxAttempts: 2,
  requestHandler: {
    connectionTimeout: timeLimitMs(500),
    requestTimeout: timeLimitMs(1000),
    socketTimeout: timeLimitMs(1000),
    throwOnRequestTimeout: true,
  },
} as const;

let dynamoDb: DynamoDBClient | undefined;
let kms: KMSClient | undefined;
let secretsManager: SecretsManagerClient | undefined;

export const dynamoDbClient = (): DynamoDBClient => (dynamoDb ??= new DynamoDBClient(SDK_LIMITS));

/** For functions that sign or seal, and to ask whether a key can sign. */
export const kmsClient = (): KMSClient => (kms ??= new KMSClient(SDK_LIMITS));

/** For making keys: only a deployment waits, and CreateKey can take several seconds. */
export const keyManagementClient = (): KMSClient =>
  new KMSClient({
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: timeLimitMs(2000),
      requestTimeout: timeLimitMs(10_000),
      throwOnRequestTimeout: true,
    },
  });

/** Secrets Manager answers more slowly than DynamoDB and KMS. */
export const secretsManagerClient = (): SecretsManagerClient =>
  (secretsManager ??= new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: timeLimitMs(500),
      requestTimeout: timeLimitMs(1500),
      throwOnRequestTimeout: true,
    },
  }));
