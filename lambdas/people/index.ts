import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../shared/adapters/clock.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbConsentStore } from '../shared/adapters/dynamodb/consent-store.ts';
import { DynamoDbGrantDirectory } from '../shared/adapters/dynamodb/grant-directory.ts';
import { jsonLog } from '../shared/adapters/json-log.ts';
import { generatedSecret } from '../shared/adapters/secrets-manager/cached-secret.ts';
import { secretsManagerClient } from '../shared/adapters/secrets-manager/client.ts';
import * as config from '../shared/config.ts';
import { peopleFunction } from './handler.ts';
import { endTokensOf } from './mark.ts';

const dynamoDb = dynamoDbClient();

export const handler = peopleFunction({
  identityProviders: config.identityProviders(),
  subjectSecret: generatedSecret(secretsManagerClient(), config.subjectSecret(), systemClock),
  grants: new DynamoDbGrantDirectory(dynamoDb, config.grantsTable()),
  consents: new DynamoDbConsentStore(dynamoDb, config.consentsTable()),
  endTokens: endTokensOf({ functionName: config.keysFunction(), ...config.lambdaRuntime() }),
  pause,
  now: systemClock,
  log: jsonLog(),
});
