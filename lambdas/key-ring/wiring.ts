import { setTimeout as sleep } from 'node:timers/promises';
import * as settings from '../core/settings.ts';
import { keyManagementClient } from '../runtime/adapters/aws-clients.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { KmsSigningKeyMaker } from '../runtime/adapters/kms/signing-key-maker.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { read, readOptional } from '../runtime/settings.ts';
import { keyRingStore } from '../runtime/wiring/stores.ts';
import { answerCloudFormation } from './cloudformation.ts';
import type { KeyRingDeps } from './handler.ts';

const DAY_SECONDS = 86_400;

export const keyRingDeps = (): KeyRingDeps => {
  const { accessTokenSeconds, signingKeyDays, signingKeyPublishSeconds } = read(settings.lifetimes);
  return {
    keyRings: keyRingStore(),
    keyMaker: new KmsSigningKeyMaker(keyManagementClient(), {
      accountId: read(settings.accountId),
      tokenRoleArn: read(settings.tokenRoleArn),
      keyRingRoleArn: read(settings.keyRingRoleArn),
      stackTag: read(settings.stackTag),
      ringTag: read(settings.keysTable),
      tags: readOptional(settings.keyTags) ?? {},
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
    log: jsonLog(),
  };
};
