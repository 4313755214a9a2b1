import { jest } from '@jest/globals';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { answerCloudFormation } from '../../lambdas/keys/cloudformation.ts';
import { keysFunction } from '../../lambdas/keys/handler.ts';
import type { KeyRing } from '../../lambdas/shared/core/key-ring.ts';
import { UnavailableError } from '../../lambdas/shared/core/oauth-error.ts';
import { memoryLog } from '../support/post-form.ts';
import { NOW } from '../support/records.ts';
import { newTestKey, ringOf } from '../support/signing-key.ts';

const key = newTestKey();
const context = { getRemainingTimeInMillis: () => 60_000 };

const customResource = (RequestType: 'Create' | 'Update' | 'Delete') =>
  ({
    RequestType,
    ResponseURL: 'https://cloudformation.example.com/answer?signature=1',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'KeyRing',
    ResourceType: 'Custom::GatehouseKeyRing',
    ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'gatehouse-key-ring' }),
  }) as CloudFormationCustomResourceEvent;

const start = (stored?: KeyRing) => {
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
        return key.signingKey;
      },
      discardSigningKey: async (keyArn: string) => {
        state.discarded.push(keyArn);
      },
    },
    answer: async (_event: unknown, failure: string | undefined) => {
      state.answers.push(failure);
    },
    now: () => NOW,
    log: memory.log,
  };
  return { state, deps, ...memory, run: keysFunction(deps) };
};

describe('Keys function', () => {
  it('makes the first key at deployment, and says so', async () => {
    const { run, state, names } = start();
    await run(customResource('Create'), context);
    expect(state).toMatchObject({ ring: { version: 1, keys: [key.signingKey] }, made: 1, answers: [undefined] });
    expect(names()).toEqual(['key_created', 'key_changed']);
  });

  it('does nothing when there is a key that signs: update, daily run, second creation', async () => {
    const { run, state } = start(ringOf(key));
    await run(customResource('Update'), context);
    await run({}, context);
    await run(customResource('Create'), context);
    expect(state).toMatchObject({ ring: ringOf(key), made: 0, answers: [undefined, undefined] });
  });

  it('the daily run makes the first key too, and answers nobody', async () => {
    const { run, state } = start();
    await run({}, context);
    expect(state).toMatchObject({ made: 1, answers: [] });
  });

  it('a stack that goes leaves its keys', async () => {
    const { run, state } = start(ringOf(key));
    await run(customResource('Delete'), context);
    expect(state).toMatchObject({ ring: ringOf(key), discarded: [], answers: [undefined] });
  });

  it('a run that comes second discards the key that it made', async () => {
    const { run, deps, state } = start();
    deps.keyRings.replaceKeyRing = async () => 'lost';
    await run(customResource('Create'), context);
    expect(state).toMatchObject({ discarded: [key.signingKey.keyArn], answers: [undefined] });
  });

  it.each(['Create', 'Update'] as const)('%s: every failure is answered, with the reason', async (type) => {
    const { run, deps, state } = start();
    deps.keyMaker.createSigningKey = () => Promise.reject(new UnavailableError('KMS', new Error('AccessDenied: tag')));
    await run(customResource(type), context);
    expect(state.answers).toEqual(['UnavailableError: KMS is not available <- Error: AccessDenied: tag']);
  });

  it('answers before its own time is up', async () => {
    const { run, deps, state } = start();
    deps.keyMaker.createSigningKey = () => new Promise(() => {});
    await run(customResource('Create'), { getRemainingTimeInMillis: () => 5001 });
    expect(state.answers).toEqual(['Error: the first signing key was not ready in time: deploy again']);
  });

  it('a daily run that fails fails, so that the alarm sees it', async () => {
    const { run, deps } = start();
    deps.keyMaker.createSigningKey = () => Promise.reject(new UnavailableError('KMS'));
    await expect(run({}, context)).rejects.toThrow(UnavailableError);
  });
});

describe('Answer to CloudFormation', () => {
  const sent = (...answers: readonly (Response | Error)[]) => {
    const left = [...answers];
    return jest.fn<typeof fetch>(async () => {
      const answer = left.shift();
      if (answer instanceof Error || answer === undefined) throw answer ?? new Error('no more answers');
      return answer;
    });
  };
  const bodyOf = (send: ReturnType<typeof sent>) => JSON.parse(String(send.mock.calls.at(-1)?.[1]?.body));

  it('puts SUCCESS to the presigned URL, with an empty content type', async () => {
    const send = sent(new Response());
    await answerCloudFormation(send)(customResource('Create'), undefined);
    expect(send).toHaveBeenCalledWith(
      customResource('Create').ResponseURL,
      expect.objectContaining({ method: 'PUT', headers: { 'content-type': '' } }),
    );
    expect(bodyOf(send)).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: 'gatehouse-key-ring',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'KeyRing',
    });
  });

  it('keeps the physical id that there is, and sends a reason of bounded length', async () => {
    const send = sent(new Response());
    const event = { ...customResource('Update'), PhysicalResourceId: 'former' } as CloudFormationCustomResourceEvent;
    await answerCloudFormation(send)(event, 'x'.repeat(10_000));
    expect(bodyOf(send)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'former', Reason: 'x'.repeat(1000) });
  });

  it('tries again, and in the end throws', async () => {
    const twice = sent(new Error('reset'), new Response('', { status: 500 }), new Response());
    await answerCloudFormation(twice)(customResource('Create'), undefined);
    expect(twice).toHaveBeenCalledTimes(3);
    await expect(answerCloudFormation(sent())(customResource('Create'), undefined)).rejects.toThrow('not be answered');
  });
});
