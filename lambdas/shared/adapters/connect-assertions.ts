import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { authenticateByAssertion, type ClientKeySource } from '../core/client-assertion.ts';
import type { AssertionVerifier } from '../core/client-authentication.ts';
import type { Clock } from '../ports.ts';
import { DynamoDbClientAssertionStore } from './dynamodb/client-assertion-store.ts';

export interface AssertionsOptions {
  readonly issuer: string;
  readonly keys: ClientKeySource;
  readonly dynamoDb: DynamoDBClient;
  readonly assertionsTable: string;
  readonly now: Clock;
}

/** How `private_key_jwt` is proven, at every endpoint where clients authenticate. */
export const assertionVerifier = (options: AssertionsOptions): AssertionVerifier => {
  const { issuer, keys, now } = options;
  const assertions = new DynamoDbClientAssertionStore(options.dynamoDb, options.assertionsTable, now);
  const deps = { issuer, tokenEndpoint: `${issuer}/token`, keys, assertions, now };
  return (client, assertion) => authenticateByAssertion(deps, client, assertion);
};
