import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { authenticateByAssertion } from '../core/client-assertion.ts';
import type { AssertionVerifier, SecretVerifier } from '../core/client-authentication.ts';
import { FAILURE_LIMIT } from '../core/counting-window.ts';
import { Limiter } from '../limiter.ts';
import type { ClientDirectory, CounterStore } from '../ports.ts';
import { type ConnectClientsOptions, connectClients } from './connect-clients.ts';
import { DynamoDbClientAssertionStore } from './dynamodb/client-assertion-store.ts';
import { DynamoDbClientStore } from './dynamodb/client-store.ts';
import { secretsManagerClient } from './secrets-manager/client.ts';
import { SecretsManagerClientSecrets } from './secrets-manager/client-secrets.ts';

export interface ClientAuthenticationOptions extends Omit<ConnectClientsOptions, 'store'> {
  readonly issuer: string;
  readonly dynamoDb: DynamoDBClient;
  readonly clientsTable: string;
  readonly assertionsTable: string;
  readonly counters: CounterStore;
}

/** The clients of an endpoint where clients authenticate, and how each method is proven there. */
export const connectClientAuthentication = (
  options: ClientAuthenticationOptions,
): {
  readonly clients: ClientDirectory;
  readonly verifyAssertion: AssertionVerifier;
  readonly verifySecret: SecretVerifier;
  readonly failures: Limiter;
} => {
  const { issuer, dynamoDb, counters, now, log } = options;
  const store = new DynamoDbClientStore(dynamoDb, options.clientsTable);
  const { directory, keys } = connectClients({ ...options, store });
  const assertions = new DynamoDbClientAssertionStore(dynamoDb, options.assertionsTable, now);
  const proof = { issuer, tokenEndpoint: `${issuer}/token`, keys, assertions, now };
  return {
    clients: directory,
    verifyAssertion: (client, assertion, insteadOfFetching) =>
      authenticateByAssertion(proof, client, assertion, insteadOfFetching),
    verifySecret: new SecretsManagerClientSecrets(secretsManagerClient(), now).verify,
    failures: new Limiter({ limit: FAILURE_LIMIT, counters, log }),
  };
};
