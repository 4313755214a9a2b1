/**
 * Passes a body on and breaks it off when it is silent for too long, or open for too long altogether.
 *
 * @throws Error through the iteration when a limit is passed
 */
export async function* limitedStream(
  body: AsyncIterable<Uint8Array>,
  { idleMs, totalMs = Number.POSITIVE_INFINITY }: { readonly idleMs: number; readonly totalMs?: number },
): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  const endsAt = performance.now() + totalMs;
  try {
    for (;;) {
      const next = iterator.next();
      const { done, value } = await within(next, Math.min(idleMs, endsAt - performance.now()), () => {
        throw new Error('the stream was silent or open for too long');
      });
      if (done) return;
      yield value;
    }
  } finally {
    // Not awaited: a source that hangs must not hold the one who leaves.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/** What the promise comes to, or what `late` says (or throws) when it takes longer. */
export const within = async <T, L>(promise: Promise<T>, limitMs: number, late: () => L): Promise<T | L> => {
  const { promise: timeout, resolve } = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(() => resolve(LATE), Math.max(0, limitMs));
  // The loser is not awaited any more and must not count as unhandled.
  promise.catch(() => {});
  try {
    const first = await Promise.race([promise, timeout]);
    return first === LATE ? late() : first;
  } finally {
    clearTimeout(timer);
  }
};

const LATE = Symbol('late');
