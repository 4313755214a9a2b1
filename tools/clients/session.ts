import { setTimeout as delay } from 'node:timers/promises';
import { User } from '../../test/support/browser/user.ts';
import type { CloudAddress } from '../../test/support/cloud/local-cloud.ts';
import { freePortPair } from '../../test/support/memory/ports.ts';
import { MissingToolError } from '../toolchains/missing-tool-error.ts';
import type { RealClient } from './clients.ts';
import { Conversation, type Outcome } from './conversation.ts';
import { driverOf } from './environments.ts';

/** How long an access token of the run is valid. Clients wait for it to expire. */
export const ACCESS_TOKEN_SECONDS = 20;
export const REQUESTS_PER_MINUTE = 40;

export const STEPS = ['login', 'tool', 'step-up', 'after 403', 'refresh', 'after 429'] as const;
export type Step = (typeof STEPS)[number];

/** What a client did at each step, in one or two words, or why it did not run. */
export interface Row {
  readonly client: RealClient;
  readonly skipped?: string;
  readonly steps: Partial<Record<Step, string>>;
  /** What it said where it failed. */
  readonly errors: readonly string[];
}

/** Every step that a client can take by itself or with the user's help. Anything else is a failure. */
export const GOOD: ReadonlySet<string> = new Set([
  'passed',
  'connects',
  'not needed',
  'is told',
  'asks the user',
  'keeps its session',
]);

/** A client that asked for every scope at its login has the missing one already. */
const stepUpOf = ({ text, error, logins }: Outcome): string | undefined => {
  if (text?.includes('gone')) return logins === 0 ? 'not needed' : 'passed';
  return error !== undefined && /mcp:write/.test(error) ? 'is told' : undefined;
};

/** Plays a whole session with a client: one user, one process. */
export const playSession = async (client: RealClient, cloud: CloudAddress): Promise<Row> => {
  const steps: Partial<Record<Step, string>> = {};
  const errors: string[] = [];
  let conversation: Conversation;
  try {
    const user = new User(cloud, `user-${client.version.replaceAll('.', '-')}`);
    conversation = await Conversation.start(await driverOf(client), cloud.mcpUrl, await freePortPair(), user);
  } catch (error) {
    if (error instanceof MissingToolError) return { client, skipped: error.message, steps, errors };
    throw error;
  }
  const note = (step: Step, { error }: Outcome, verdict: string | undefined): void => {
    steps[step] = verdict ?? 'failed';
    if (verdict === undefined)
      errors.push(`${step}: ${error ?? 'the user was asked more or less often than expected'}`);
  };
  const { callsTools = true } = client;
  const expected = callsTools ? 'hello' : 'connected';
  const isGood = ({ text, logins }: Outcome): boolean => text === expected && logins === 0;
  try {
    const first = await conversation.call('echo');
    note('login', first, first.logins === 1 ? 'passed' : undefined);
    note('tool', first, first.text !== expected ? undefined : callsTools ? 'passed' : 'connects');
    if (first.text !== expected) return { client, steps, errors };

    if (callsTools) {
      const write = await conversation.call('danger_reset');
      note('step-up', write, stepUpOf(write));
      const after403 = await conversation.call('echo');
      note('after 403', after403, isGood(after403) ? 'keeps its session' : undefined);
    }

    await delay((ACCESS_TOKEN_SECONDS + 1) * 1000);
    const expired = await conversation.call('echo');
    note('refresh', expired, isGood(expired) ? 'passed' : expired.text === expected ? 'asks the user' : undefined);

    if (!callsTools) return { client, steps, errors };

    let limited = expired;
    for (let count = 0; count <= 3 * REQUESTS_PER_MINUTE && limited.error === undefined; count += 1) {
      limited = await conversation.call('echo');
    }
    await delay(61_000);
    const after429 = await conversation.call('echo');
    const isKept = limited.error !== undefined && isGood(after429);
    note(
      'after 429',
      limited.error === undefined ? { error: 'no limit was reached', logins: 0 } : after429,
      isKept ? 'keeps its session' : undefined,
    );
    return { client, steps, errors };
  } finally {
    await conversation.end();
  }
};
