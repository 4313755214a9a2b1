/**
 * Describes an error for logs: names and messages along the chain of causes, without stacks or other properties. A
 * SyntaxError may quote the secret that it could not parse, so only its name is included.
 *
 * @param error what was thrown
 * @returns text such as `UnavailableError: KMS is not available <- TimeoutError: no answer within 1000 ms`
 */
export const describeError = (error: unknown): string => {
  const parts: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    parts.push(current instanceof SyntaxError ? current.name : `${current.name}: ${current.message}`);
  }
  return parts.join(' <- ') || 'a value that is not an Error was thrown';
};
