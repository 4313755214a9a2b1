import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { authenticateByAssertion } from '../../core/clients/assertion.ts';
import type { AssertionVerifier, SecretVerifier } from '../../core/clients/authentication.ts';
import { FAILURE_LIMIT } from '../../core/net/rate-limit-window.ts';
import { DynamoDbClientAssertionStore } from '../adapters/dynamodb/client-assertion-store.ts';
import { DynamoDbClientStore } from '../adapters/dynamodb/client-store.ts';
import { secretsManagerClient } from '../adapters/secrets-manager/client.ts';
import { SecretsManagerClientSecrets } from '../adapters/secrets-manager/client-secrets.ts';
import type { ClientResolver, CounterStore } from '../ports/index.ts';
import { Limiter } from '../services/rate-limiter.ts';
import { type ConnectClientsOptions, connectClients } from './clients.ts';

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
  readonly clients: ClientResolver;
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
    verifyAssertion: (client, assertion, options) => authenticateByAssertion(proof, client, assertion, options),
    verifySecret: new SecretsManagerClientSecrets(secretsManagerClient(), now).verify,
    failures: new Limiter({ limit: FAILURE_LIMIT, counters, log }),
  };
};
