import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import type { KeyRing } from '../../../lambdas/core/tokens/key-ring.ts';
import { newTestKey, ringOf } from '../../support/credentials/signing-key.ts';
import {
  context,
  customResource,
  DAY,
  firstKey,
  firstRing,
  key,
  start,
} from '../../support/memory/key-ring-harness.ts';
import { NOW } from '../../support/memory/records.ts';

describe('Key-ring function', () => {
  it('creates the first key at deployment, and logs it', async () => {
    const { run, state, names } = start();
    await run(customResource('Create'), context);
    expect(state).toMatchObject({ ring: firstRing, made: 1, answers: [undefined] });
    expect(names()).toEqual(['key_created', 'key_changed']);
  });

  it('does nothing when there is an active key: update, daily run, second creation', async () => {
    const { run, state } = start(firstRing);
    await run(customResource('Update'), context);
    await run({}, context);
    await run(customResource('Create'), context);
    expect(state).toMatchObject({ ring: firstRing, made: 0, answers: [undefined, undefined] });
  });

  it('the daily run creates the first key too, without a response', async () => {
    const { run, state } = start();
    await run({}, context);
    expect(state).toMatchObject({ made: 1, answers: [] });
  });

  it('deleting the stack keeps its keys', async () => {
    const { run, state } = start(ringOf(key));
    await run(customResource('Delete'), context);
    expect(state).toMatchObject({ ring: ringOf(key), discarded: [], answers: [undefined] });
  });

  it('a run that loses a race discards the key that it created', async () => {
    const { run, deps, state, events } = start();
    deps.keyRings.replaceKeyRing = async () => {
      state.ring = firstRing;
      return 'lost';
    };
    await run({}, context);
    expect(state.discarded).toEqual([key.signingKey.keyArn]);
    expect(state.made).toBe(1);
    expect(events.at(-1)).toEqual({
      event: 'key_changed',
      fields: { keyArn: key.signingKey.keyArn, state: 'deletion_scheduled' },
    });
  });

  it('creates a limited number of keys when every write is lost', async () => {
    const { run, deps, state } = start();
    deps.keyRings.replaceKeyRing = async () => 'lost';
    await expect(run({}, context)).rejects.toThrow(UnavailableError);
    expect(state.made).toBe(3);
    expect(state.discarded).toHaveLength(3);
  });

  it.each(['Create', 'Update'] as const)('%s: reports every failure, with the reason', async (type) => {
    const { run, deps, state } = start();
    deps.keyMaker.createSigningKey = () => Promise.reject(new UnavailableError('KMS', new Error('AccessDenied: tag')));
    await run(customResource(type), context);
    expect(state.answers).toEqual(['UnavailableError: KMS is not available <- Error: AccessDenied: tag']);
  });

  it('responds before its own timeout', async () => {
    const { run, deps, state } = start();
    deps.keyMaker.createSigningKey = () => new Promise(() => {});
    await run(customResource('Create'), { getRemainingTimeInMillis: () => 5001 });
    expect(state.answers).toEqual(['Error: the first signing key was not ready in time: deploy again']);
  });

  const statesOf = (ring: KeyRing | undefined) => ring?.keys.map(({ state }) => state);

  it('#109 a whole rotation by repeated daily runs, which ends with the deletion', async () => {
    const { run, state, clock, events } = start(firstRing);
    const seen: string[] = [];
    for (let day = 0; day <= 95; day += 1) {
      clock.now = NOW + day * DAY;
      await run({ source: 'aws.events' } as never, context);
      await run({}, context);
      const states = String(statesOf(state.ring));
      if (states !== seen.at(-1)) seen.push(states);
    }
    expect(seen).toEqual(['active', 'active,next', 'retiring,active', 'active']);
    expect(state).toMatchObject({ made: 1, discarded: [key.signingKey.keyArn] });
    // #237 each state that a key enters is logged exactly once.
    const changes = events.filter(({ event }) => event === 'key_changed');
    const successor = state.ring?.keys[0]?.keyArn;
    expect(changes.map(({ fields }) => [fields.keyArn, fields.state])).toEqual([
      [successor, 'next'],
      [key.signingKey.keyArn, 'retiring'],
      [successor, 'active'],
      [key.signingKey.keyArn, 'deletion_scheduled'],
    ]);
  });

  it('#109 missed days shorten no period', async () => {
    const { run, state, clock } = start(firstRing);
    for (const [day, states] of [
      [400, ['active', 'next']],
      [400.5, ['active', 'next']],
      [800, ['retiring', 'active']],
      [800.5, ['retiring', 'active']],
    ] as const) {
      clock.now = NOW + day * DAY;
      await run({}, context);
      expect(statesOf(state.ring)).toEqual(states);
    }
  });

  it('two parallel runs create one successor, and the loser discards its key', async () => {
    const { run, state, clock } = start(firstRing);
    clock.now = NOW + 91 * DAY;
    await Promise.all([run({}, context), run({}, context), run({}, context)]);
    expect(statesOf(state.ring)).toEqual(['active', 'next']);
    expect(state.discarded).toHaveLength(state.made - 1);
    expect(state.discarded).not.toContain(state.ring?.keys[1]?.keyArn);
  });

  it.each(['after CreateKey', 'before the write that forgets a key'])(
    'after a crash %s the next run continues',
    async (when) => {
      const { run, deps, state, clock } = start(firstRing);
      const write = deps.keyRings.replaceKeyRing;
      const days = when === 'after CreateKey' ? [91] : [91, 92.5];
      for (const day of days) {
        clock.now = NOW + day * DAY;
        await run({}, context);
      }
      clock.now += 10 * DAY;
      deps.keyRings.replaceKeyRing = () => Promise.reject(new UnavailableError('DynamoDB'));
      await expect(run({}, context)).rejects.toThrow(UnavailableError);
      deps.keyRings.replaceKeyRing = write;
      await run({}, context);
      await run({}, context);
      const states = statesOf(state.ring);
      expect(when === 'after CreateKey' ? states : [states, new Set(state.discarded).size]).toEqual(
        when === 'after CreateKey' ? ['retiring', 'active'] : [['active'], 1],
      );
    },
  );

  it('a deletion that KMS refuses does not delay the rotation', async () => {
    const withdrawn = { ...newTestKey().signingKey, state: 'withdrawn' as const };
    const { run, deps, state, clock } = start({ version: 2, keys: [firstKey, withdrawn] });
    deps.keyMaker.discardSigningKey = () => Promise.reject(new UnavailableError('KMS'));
    for (const day of [91, 93]) {
      clock.now = NOW + day * DAY;
      await run({}, context).catch((error: unknown) => expect(error).toBeInstanceOf(UnavailableError));
    }
    expect(statesOf(state.ring)).toEqual(['retiring', 'withdrawn', 'active']);
  });

  it('#109 a deployment during a rotation does not change the rotation, even if a step is overdue', async () => {
    const next = { ...newTestKey('next').signingKey };
    const retiring = { ...newTestKey('retiring').signingKey, longestTokenSeconds: 1 };
    const notBefore = { all: 5, clients: {}, subjects: {} };
    for (const ring of [firstRing, { version: 3, keys: [firstKey, next, retiring], notBefore }]) {
      const { run, state, clock } = start(ring);
      clock.now = NOW + 500 * DAY;
      await run(customResource('Update'), context);
      await run(customResource('Create'), context);
      expect(state).toMatchObject({ made: 0, discarded: [], answers: [undefined, undefined] });
      expect(state.ring).toBe(ring);
    }
  });

  it('a failed daily run throws, so that the alarm fires', async () => {
    const { run, deps } = start();
    deps.keyMaker.createSigningKey = () => Promise.reject(new UnavailableError('KMS'));
    await expect(run({}, context)).rejects.toThrow(UnavailableError);
  });
});
