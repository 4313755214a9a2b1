import { randomUUID } from 'node:crypto';
import { KEY_RING_ID } from '../../../../lambdas/runtime/adapters/dynamodb/key-ring-row.ts';
import { type FlowUnderFaults, flow } from '../flow.ts';
import type { WalkGround } from '../walk-ground.ts';
import { must, mustWork } from './afterwards.ts';
import { newSession } from './clients.ts';
import { command } from './command.ts';

export const keys = (cloud: WalkGround, event: object) => command(cloud, 'KeyRing', event);

let firstRing: unknown;
/** Restores the key ring to the state before any rotation, so that each walk starts one. */
export const putBackRing = async (cloud: WalkGround): Promise<void> => {
  const TableName = cloud.tableNamed('Keys');
  const { Item } = await cloud.asOperator('dynamodb', 'GetItem', { TableName, Key: { id: { S: KEY_RING_ID } } });
  firstRing ??= Item;
  await cloud.asOperator('dynamodb', 'PutItem', { TableName, Item: firstRing });
};

interface Ring {
  readonly keys: readonly { readonly state: string }[];
}

/** The function's own timeout, which is the limit of a command. */
const COMMAND_MS = 300_000;

export const ADMINISTRATION: readonly FlowUnderFaults[] = [
  flow({
    name: 'a step of key rotation, and one mark',
    functions: ['KeyRing'],
    before: putBackRing,
    under: async (stage) => {
      const longestMs = COMMAND_MS;
      await stage.send(() => keys(stage.cloud, { action: 'rotate' }), { longestMs });
      return stage.send(() => keys(stage.cloud, { action: 'setNotBefore', clientId: randomUUID() }), { longestMs });
    },
    after: async (cloud, { body }) => {
      const states = (body as Ring).keys.map(({ state }) => state).sort();
      must(states.join() === 'active,next', `the ring holds ${states.join()}`);
      await mustWork(cloud, await newSession(cloud));
    },
  }),
];
