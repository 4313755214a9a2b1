import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { nextRing } from '../shared/core/key-ring.ts';
import type { Clock, KeyRingWriter, Log, SigningKeyMaker } from '../shared/ports.ts';
import type { AnswerCloudFormation } from './cloudformation.ts';

export interface KeysDeps {
  readonly keyRings: KeyRingWriter;
  readonly keyMaker: SigningKeyMaker;
  readonly answer: AnswerCloudFormation;
  readonly now: Clock;
  readonly log: Log;
}

/** CloudFormation at deployment, or the daily schedule with whatever event it sends. */
export type KeysEvent = CloudFormationCustomResourceEvent | { readonly RequestType?: undefined };

/** Kept back from the function's own timeout for the answer to CloudFormation, which otherwise waits for an hour. */
const ANSWER_RESERVE_MS = 5000;

/** The one owner of the signing keys: makes the ring take its next step, whoever calls. */
export const keysFunction =
  (deps: KeysDeps) =>
  async (event: KeysEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    if (event.RequestType === undefined) return advanceKeyRing(deps);

    const failure = await beforeTimeout(() => changeFor(deps, event), context).then(
      () => undefined,
      (error: unknown) => reasonOf(error),
    );
    await deps.answer(event, failure);
  };

/** A stack that goes leaves its keys: they are data, and stay with the tables. An output says how to delete them. */
const changeFor = async (deps: KeysDeps, event: CloudFormationCustomResourceEvent): Promise<void> => {
  if (event.RequestType !== 'Delete') await advanceKeyRing(deps);
};

/** One step, written by one conditional update. Whoever comes second finds nothing left to do. */
const advanceKeyRing = async (deps: KeysDeps): Promise<void> => {
  const ring = await deps.keyRings.readLatestKeyRing();
  const next = nextRing(ring, deps.now());
  if (next.step === 'none') return;

  const key = await deps.keyMaker.createSigningKey();
  deps.log('key_created', { kid: key.publicJwk.kid });
  if ((await deps.keyRings.replaceKeyRing(next.ringWith(key), ring?.version)) === 'lost') {
    await deps.keyMaker.discardSigningKey(key.keyArn);
    return;
  }
  deps.log('key_changed', { kid: key.publicJwk.kid, state: 'active' });
};

const beforeTimeout = async (
  work: () => Promise<void>,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const waitMs = context.getRemainingTimeInMillis() - ANSWER_RESERVE_MS;
    timer = setTimeout(() => reject(new Error('the first signing key was not ready in time: deploy again')), waitMs);
  });
  try {
    await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
};

/** Names and messages along the chain of causes: what stands in CloudFormation's event list. */
const reasonOf = (error: unknown): string => {
  const parts: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    parts.push(`${current.name}: ${current.message}`);
  }
  return parts.join(' <- ') || 'a value that is not an Error was thrown';
};
