import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Ask } from './provider-secrets.ts';

/**
 * Asks on a terminal. What is typed for a secret is not shown.
 *
 * @param interrupt is called for Ctrl-C, which a terminal in this mode does not turn into a signal
 * @returns undefined if there is no terminal
 */
export const terminalPrompt = (
  input: Pick<ReadStream, 'isTTY'> & NodeJS.ReadableStream,
  output: Pick<WriteStream, 'isTTY'> & NodeJS.WritableStream,
  interrupt: () => void,
): Ask | undefined => {
  if (!input.isTTY || !output.isTTY) return undefined;
  return async (question, isSecret) => {
    let isMuted = false;
    const shown = new Writable({
      write: (chunk, _encoding, done) => {
        if (!isMuted) output.write(chunk);
        done();
      },
    });
    const terminal = createInterface({ input, output: shown, terminal: true });
    terminal.on('SIGINT', interrupt);
    try {
      const answer = terminal.question(question);
      isMuted = isSecret;
      const typed = await answer;
      if (isSecret) output.write('\n');
      return typed.trim();
    } finally {
      terminal.close();
    }
  };
};
