import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { DynamoDbConsentStore } from '../runtime/adapters/dynamodb/consent-store.ts';
import { DynamoDbGrantDirectory } from '../runtime/adapters/dynamodb/grant-directory.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { generatedSecret } from '../runtime/adapters/secrets-manager/cached-secret.ts';
import { secretsManagerClient } from '../runtime/adapters/secrets-manager/client.ts';
import * as config from '../runtime/settings.ts';
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
