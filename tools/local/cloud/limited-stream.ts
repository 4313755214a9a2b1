/**
 * Passes a body on. Ends it when it is idle for too long, or open for too long.
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
        throw new Error('the stream was idle or open for too long');
      });
      if (done) return;
      yield value;
    }
  } finally {
    // Not awaited: a source that hangs must not block its reader.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/** Returns the promise's value, or the result of `late` when the promise takes longer than the limit. */
export const within = async <T, L>(promise: Promise<T>, limitMs: number, late: () => L): Promise<T | L> => {
  const { promise: timeout, resolve } = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(() => resolve(LATE), Math.max(0, limitMs));
  // After a timeout the promise is not awaited, and its rejection must not count as unhandled.
  promise.catch(() => {});
  try {
    const first = await Promise.race([promise, timeout]);
    return first === LATE ? late() : first;
  } finally {
    clearTimeout(timer);
  }
};

const LATE = Symbol('late');
