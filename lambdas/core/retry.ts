const DEFAULT_ATTEMPTS = 3;

export interface RetryOptions {
  /**
   * Attempts in total.
   *
   * @default 3
   */
  readonly attempts?: number;
  /**
   * Decides whether another attempt can succeed after this error.
   *
   * @default every error is retried
   */
  readonly isRetryable?: (error: unknown) => boolean;
  /**
   * Waits before the next attempt. `failures` is the number of attempts that failed so far.
   *
   * @default the next attempt follows at once
   */
  readonly wait?: (failures: number) => Promise<unknown>;
}

/**
 * Runs an operation until it succeeds. The operation must be idempotent, because a failed attempt may have had an
 * effect.
 *
 * @returns the result of the first attempt that succeeds
 * @throws the error of the last attempt
 */
export const retry = async <Result>(
  operation: () => Promise<Result>,
  { attempts = DEFAULT_ATTEMPTS, isRetryable = () => true, wait }: RetryOptions = {},
): Promise<Result> => {
  for (let failures = 1; ; failures += 1) {
    try {
      return await operation();
    } catch (error) {
      if (failures >= attempts || !isRetryable(error)) throw error;
      await wait?.(failures);
    }
  }
};
