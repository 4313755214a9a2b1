import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { DynamoDbKeyRingStore } from '../runtime/adapters/dynamodb/key-ring-store.ts';
import { patientKmsClient } from '../runtime/adapters/kms/client.ts';
import { KmsSigningKeyMaker } from '../runtime/adapters/kms/signing-key-maker.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import * as config from '../runtime/settings.ts';
import { answerCloudFormation } from './cloudformation.ts';
import { keysFunction } from './handler.ts';

const log = jsonLog();
const DAY_SECONDS = 86_400;
const { accessTokenSeconds, signingKeyDays, signingKeyPublishSeconds } = config.lifetimes();

export const handler = keysFunction({
  keyRings: new DynamoDbKeyRingStore(dynamoDbClient(), config.keysTable()),
  keyMaker: new KmsSigningKeyMaker(patientKmsClient(), {
    accountId: config.accountId(),
    tokenRoleArn: config.tokenRoleArn(),
    keysRoleArn: config.keysRoleArn(),
    stackTag: config.stackTag(),
    sleep,
  }),
  schedule: {
    rotateAfterSeconds: signingKeyDays * DAY_SECONDS,
    publishSeconds: signingKeyPublishSeconds,
    accessTokenSeconds,
  },
  answer: answerCloudFormation(),
  now: systemClock,
  sleep,
  log,
});
