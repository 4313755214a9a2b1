import { FunctionError } from '../function-invoker.ts';
import type { ExecutionEnvironment, InvocationListener } from './execution-environment.ts';
import type { Invocation } from './protocol.ts';

/**
 * Runs one invocation and waits for its whole answer. For a streaming handler that is everything it wrote.
 * @param done called when the environment is free again
 * @returns JSON
 * @throws FunctionError
 */
export const bufferedAnswer = (
  environment: ExecutionEnvironment,
  invocation: Invocation,
  done: () => void,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const listener: InvocationListener = {
      result: resolve,
      chunk: (bytes, taken) => {
        chunks.push(bytes);
        taken();
      },
      end: () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (isJson(text)) resolve(text);
        else
          reject(
            new FunctionError(
              'Runtime.InvalidResponse',
              'a streamed answer that is not JSON, invoked without streaming',
            ),
          );
      },
      failed: reject,
    };
    void environment.invoke(invocation, listener).then(() => {
      reject(new FunctionError('Runtime.StreamClosed', 'the handler closed its stream without ending it'));
      done();
    });
  });

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
