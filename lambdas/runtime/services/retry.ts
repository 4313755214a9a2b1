const MAX_ATTEMPTS = 3;

/**
 * Retries a write whose input cannot be obtained again, such as rotated upstream tokens. The write must be idempotent.
 *
 * @throws the error of the last attempt
 */
export const retry = async <Result>(write: () => Promise<Result>): Promise<Result> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
    }
  }
};
