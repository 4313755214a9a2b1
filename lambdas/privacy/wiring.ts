import { setTimeout as pause } from 'node:timers/promises';
import * as settings from '../core/settings.ts';
import { dynamoDbClient } from '../runtime/adapters/aws-clients.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { DynamoDbConsentStore } from '../runtime/adapters/dynamodb/consent-store.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { requestSigner } from '../runtime/adapters/request-signer.ts';
import { awsService, read } from '../runtime/settings.ts';
import { subjectSecret } from '../runtime/wiring/secrets.ts';
import { grantDirectory } from '../runtime/wiring/stores.ts';
import type { PrivacyDeps } from './deps.ts';
import { endTokensOf } from './mark.ts';

export const privacyDeps = (): PrivacyDeps => ({
  identityProviders: read(settings.identityProviders),
  subjectSecret: subjectSecret(),
  grants: grantDirectory(),
  consents: new DynamoDbConsentStore(dynamoDbClient(), read(settings.consentsTable)),
  endTokens: endTokensOf({
    functionName: read(settings.keyRingFunction),
    sign: requestSigner('lambda', awsService('lambda')),
  }),
  pause,
  now: systemClock,
  log: jsonLog(),
});
