import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { context, customResource, firstRing, key, start } from '../../support/memory/key-ring-harness.ts';
import { NOW } from '../../support/memory/records.ts';

describe('Key-ring function, with a role whose permissions do not apply everywhere yet', () => {
  const denied = (service: string) =>
    new UnavailableError(service, Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }));
  const refuseFor = (deps: ReturnType<typeof start>['deps'], seconds: number) => {
    const { readLatestKeyRing, replaceKeyRing } = deps.keyRings;
    const { createSigningKey } = deps.keyMaker;
    const begun = deps.now();
    const check = (service: string) => {
      if (deps.now() - begun < seconds) throw denied(service);
    };
    deps.keyRings.readLatestKeyRing = async () => {
      check('DynamoDB');
      return readLatestKeyRing();
    };
    deps.keyRings.replaceKeyRing = async (ring, formerVersion) => {
      check('DynamoDB');
      return replaceKeyRing(ring, formerVersion);
    };
    deps.keyMaker.createSigningKey = async () => {
      check('KMS');
      return createSigningKey();
    };
  };

  it('a deployment retries each call for a minute', async () => {
    const { run, deps, state } = start();
    refuseFor(deps, 45);
    await run(customResource('Create'), context);
    expect(state).toMatchObject({ made: 1, answers: [undefined] });
    expect(state.ring).toMatchObject({ version: 1, keys: [{ keyArn: key.signingKey.keyArn }] });
  });

  it('a write that is refused after the key was created does not create a second key', async () => {
    const { run, deps, state } = start();
    const write = deps.keyRings.replaceKeyRing;
    let refusals = 3;
    deps.keyRings.replaceKeyRing = async (ring, formerVersion) => {
      refusals -= 1;
      if (refusals >= 0) throw denied('DynamoDB');
      return write(ring, formerVersion);
    };
    await run(customResource('Create'), context);
    expect(state).toMatchObject({ made: 1, discarded: [], answers: [undefined] });
  });

  it('a deployment gives up after a minute, with the reason', async () => {
    const { run, deps, state, clock } = start();
    refuseFor(deps, 3600);
    await run(customResource('Create'), context);
    expect(clock.now - NOW).toBe(60);
    expect(state.answers).toEqual([
      'UnavailableError: DynamoDB is not available <- AccessDeniedException: not authorized',
    ]);
  });

  it.each([{}, { action: 'rotate' }])('%j does not wait, because its role is not new', async (event) => {
    const { run, deps, clock } = start(firstRing);
    refuseFor(deps, 3600);
    await expect(run(event as never, context)).rejects.toThrow(UnavailableError);
    expect(clock.now).toBe(NOW);
  });
});
