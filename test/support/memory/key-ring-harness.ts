import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { KeyRing } from '../../../lambdas/core/tokens/key-ring.ts';
import { keyRingHandler } from '../../../lambdas/key-ring/handler.ts';
import { newTestKey } from '../credentials/signing-key.ts';
import { memoryLog } from '../http/post-form.ts';
import { NOW } from './records.ts';

export const key = newTestKey();
export const DAY = 86_400;
const SCHEDULE = { rotateAfterSeconds: 90 * DAY, publishSeconds: DAY, accessTokenSeconds: 3600 };
/** As this function writes it. */
export const firstKey = { ...key.signingKey, longestTokenSeconds: 3600 };
export const firstRing: KeyRing = { version: 1, keys: [firstKey] };
export const context = { getRemainingTimeInMillis: () => 60_000 };

export const customResource = (RequestType: 'Create' | 'Update' | 'Delete') =>
  ({
    RequestType,
    ResponseURL: 'https://cloudformation.example.com/answer?signature=1',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'KeyRing',
    ResourceType: 'Custom::GatehouseKeyRing',
    ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'gatehouse-key-ring' }),
  }) as CloudFormationCustomResourceEvent;

/** The function over a stored ring in memory, with a clock to turn; sleeping turns it too. */
export const start = (stored?: KeyRing) => {
  const clock = { now: NOW };
  const state = { ring: stored, made: 0, discarded: [] as string[], answers: [] as (string | undefined)[] };
  const memory = memoryLog();
  const deps = {
    keyRings: {
      readLatestKeyRing: async () => state.ring,
      replaceKeyRing: async (ring: KeyRing, formerVersion: number | undefined) => {
        if (state.ring?.version !== formerVersion) return 'lost' as const;
        state.ring = ring;
        return 'replaced' as const;
      },
    },
    keyMaker: {
      createSigningKey: async () => {
        state.made += 1;
        return state.made === 1 && stored === undefined ? key.signingKey : newTestKey().signingKey;
      },
      discardSigningKey: async (keyArn: string) => {
        state.discarded.push(keyArn);
      },
    },
    answer: async (_event: unknown, failure: string | undefined) => {
      state.answers.push(failure);
    },
    now: () => clock.now,
    sleep: async (milliseconds: number) => {
      clock.now += milliseconds / 1000;
    },
    schedule: SCHEDULE,
    log: memory.log,
  };
  return { state, deps, clock, ...memory, run: keyRingHandler(deps) };
};
