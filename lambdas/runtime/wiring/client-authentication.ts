import { authenticateByAssertion } from '../../core/clients/assertion.ts';
import type { AssertionVerifier, SecretVerifier } from '../../core/clients/authentication.ts';
import type { Client } from '../../core/clients/client.ts';
import { FAILURE_LIMIT } from '../../core/net/rate-limit-window.ts';
import * as settings from '../../core/settings.ts';
import { dynamoDbClient, secretsManagerClient } from '../adapters/aws-clients.ts';
import { systemClock } from '../adapters/clock.ts';
import { DynamoDbClientAssertionStore } from '../adapters/dynamodb/client-assertion-store.ts';
import { SecretsManagerClientSecrets } from '../adapters/secrets-manager/client-secrets.ts';
import type { ClientResolver, Log } from '../ports/index.ts';
import { RateLimiter } from '../services/rate-limiter.ts';
import { read } from '../settings.ts';
import { connectClients } from './clients.ts';
import { configuredClients } from './configured-clients.ts';
import { counterStore } from './counters.ts';

/** What an endpoint where clients authenticate needs to know about clients. */
export interface ClientAuthentication {
  readonly configuredClients: ReadonlyMap<string, Client>;
  readonly clients: ClientResolver;
  readonly verifyAssertion: AssertionVerifier;
  readonly verifySecret: SecretVerifier;
  readonly failures: RateLimiter;
}

/** The clients of an endpoint where clients authenticate, and how each method is verified there. */
export const connectClientAuthentication = (context: {
  readonly issuer: string;
  readonly log: Log;
}): ClientAuthentication => {
  const { issuer, log } = context;
  const now = systemClock;
  const configured = configuredClients();
  const { resolver, keys } = connectClients(context, configured);
  const assertions = new DynamoDbClientAssertionStore(dynamoDbClient(), read(settings.assertionsTable), now);
  const proof = { issuer, tokenEndpoint: `${issuer}/token`, keys, assertions, now };
  return {
    configuredClients: configured,
    clients: resolver,
    verifyAssertion: (client, assertion, options) => authenticateByAssertion(proof, client, assertion, options),
    verifySecret: new SecretsManagerClientSecrets(secretsManagerClient(), now).verify,
    failures: new RateLimiter({ limit: FAILURE_LIMIT, counters: counterStore(), log }),
  };
};
