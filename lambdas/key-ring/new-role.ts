import { retry } from '../core/retry.ts';
import type { Clock, KeyRingWriter, SigningKeyMaker } from '../runtime/ports/index.ts';

/** IAM is eventually consistent: new permissions apply everywhere only after some seconds. */
const NEW_ROLE_SECONDS = 60;
const ASK_AGAIN_MS = 3000;

interface Ports {
  readonly keyRings: KeyRingWriter;
  readonly keyMaker: SigningKeyMaker;
}

interface NewRoleDeps extends Ports {
  readonly now: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Wraps the ports so that a call that is denied is retried, for 60 seconds from now on.
 *
 * @returns the same ports with retries
 */
export const whileRoleIsNew = ({ keyRings, keyMaker, now, sleep }: NewRoleDeps): Ports => {
  const until = now() + NEW_ROLE_SECONDS;
  const retryUntilPropagated = <Answer>(call: () => Promise<Answer>): Promise<Answer> =>
    retry(call, {
      attempts: Number.POSITIVE_INFINITY,
      isRetryable: (error) => isDenied(error) && now() < until,
      wait: () => sleep(ASK_AGAIN_MS),
    });
  return {
    keyRings: {
      readLatestKeyRing: () => retryUntilPropagated(() => keyRings.readLatestKeyRing()),
      replaceKeyRing: (ring, formerVersion) => retryUntilPropagated(() => keyRings.replaceKeyRing(ring, formerVersion)),
    },
    keyMaker: {
      createSigningKey: () => retryUntilPropagated(() => keyMaker.createSigningKey()),
      discardSigningKey: (keyArn) => retryUntilPropagated(() => keyMaker.discardSigningKey(keyArn)),
    },
  };
};

/** Whether DynamoDB or KMS denied access, at any place in the chain of causes. */
const isDenied = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AccessDeniedException' || isDenied(error.cause));
