import { sha256 } from '../../../lambdas/core/crypto.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import type { KeyRing } from '../../../lambdas/core/tokens/key-ring.ts';
import { jsonLog } from '../../../lambdas/runtime/adapters/log.ts';
import { context, DAY, firstRing, key, start } from '../../support/memory/key-ring-harness.ts';
import { NOW } from '../../support/memory/records.ts';

describe('Commands of the key-ring function', () => {
  const statesOf = (ring: KeyRing | undefined) => ring?.keys.map(({ state }) => state);

  it('{"action":"rotate"}: rotates by a command, once even if it is repeated, and returns the ring', async () => {
    const { run, state, clock, events } = start(firstRing);
    const summary = await run({ action: 'rotate' } as never, context);
    expect(events[0]).toEqual({ event: 'admin_action', fields: { action: 'rotation' } });
    expect(summary).toEqual({
      version: 2,
      keys: [
        { kid: key.publicJwk.kid, keyArn: key.signingKey.keyArn, state: 'active', since: '2027-01-15T08:00:00.000Z' },
        expect.objectContaining({ state: 'next' }),
      ],
    });
    await run({ action: 'rotate' } as never, context);
    expect(statesOf(state.ring)).toEqual(['active', 'next']);
    clock.now += DAY;
    await run({ action: 'rotate' } as never, context);
    expect(statesOf(state.ring)).toEqual(['retiring', 'active']);
    expect(state.made).toBe(1);
  });

  it('emergency: one command leaves only the new key, and is retried against other writers', async () => {
    const { run, deps, state, names } = start(firstRing);
    const write = deps.keyRings.replaceKeyRing;
    let disturbances = 2;
    deps.keyRings.replaceKeyRing = async (ring, formerVersion) => {
      if (disturbances > 0) {
        disturbances -= 1;
        if (state.ring) state.ring = { ...state.ring, version: state.ring.version + 1 };
      }
      return write(ring, formerVersion);
    };
    const summary = await run({ action: 'rotate', emergency: true } as never, context);
    expect(statesOf(state.ring)).toEqual(['active']);
    expect(state).toMatchObject({ made: 1, discarded: [key.signingKey.keyArn] });
    expect(summary).toMatchObject({ keys: [{ state: 'active' }], notBefore: { all: NOW + 1 } });
    expect(names().filter((name) => name === 'admin_action')).toHaveLength(1);
  });

  it('emergency: withdraws the former key before KMS deletes it, and retries the deletion later', async () => {
    const { run, deps, state } = start(firstRing);
    const discard = deps.keyMaker.discardSigningKey;
    deps.keyMaker.discardSigningKey = () => Promise.reject(new UnavailableError('KMS'));
    await expect(run({ action: 'rotate', emergency: true } as never, context)).rejects.toThrow(UnavailableError);
    expect(statesOf(state.ring)).toEqual(['withdrawn', 'active']);
    deps.keyMaker.discardSigningKey = discard;
    await run({}, context);
    expect(state).toMatchObject({ made: 1, discarded: [key.signingKey.keyArn] });
  });

  it.each([
    [{ all: true }, { all: NOW + 1, clients: {}, subjects: {} }],
    [{ clientId: 'c' }, { clients: { c: NOW + 1 }, subjects: {} }],
    [{ subject: 's' }, { clients: {}, subjects: { s: NOW + 1 } }],
    [{ erasedSubject: 's' }, { clients: {}, subjects: {}, erased: { [sha256('s')]: NOW + 1 } }],
  ])('#230 {"action":"setNotBefore"} %j, without a user’s subject in the log', async (scope, notBefore) => {
    const { run, state, events } = start(firstRing);
    const summary = await run({ action: 'setNotBefore', ...scope } as never, context);
    expect(summary).toMatchObject({ version: 2, notBefore });
    expect(state.ring).toEqual({ ...firstRing, version: 2, notBefore });
    expect(events).toMatchObject([{ event: 'admin_action', fields: { scope: Object.keys(scope)[0] } }]);
    const lines: string[] = [];
    const write = jsonLog((line) => lines.push(line));
    for (const { event, fields } of events) write(event as 'admin_action', fields as never);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('"s"');
  });

  it.each([
    { action: 'rotat' },
    { Action: 'rotate' },
    { action: 'rotate', emergency: 'yes' },
    { action: 'rotate', force: true },
    { action: 'setNotBefore' },
    { action: 'setNotBefore', all: false },
    { action: 'setNotBefore', clientId: '' },
    { action: 'setNotBefore', clientId: 'c', subject: 's' },
    [],
    'rotate',
  ])('%j is not a command: it changes nothing and names the commands', async (event) => {
    const { run, state } = start(firstRing);
    const outcome = run(event as never, context);
    await expect(outcome).rejects.toThrow('expected {"action":"rotate"}');
    expect(state).toMatchObject({ ring: firstRing, made: 0 });
  });
});
