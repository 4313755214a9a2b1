const ATTEMPTS = 3;

/**
 * For what nobody would learn a second time, such as new tokens or a refusal: a write that is worth more than one attempt.
 * It has to be one that does no harm when it happens twice. @throws what the last attempt threw
 */
export const retry = async <Result>(write: () => Promise<Result>): Promise<Result> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
};
