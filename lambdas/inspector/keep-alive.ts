import { Transform } from 'node:stream';

/** Calls back after the delay in milliseconds, unless the returned function is called first. */
export type Timer = (callback: () => void, delayMs: number) => () => void;

/** CloudFront closes a connection after 120 seconds without a byte, and many proxies after 30 or 60. */
export const KEEP_ALIVE_MS = 20_000;

/**
 * Lambda may never learn that a client has gone. A stream that a server leaves open would then run for 15 minutes, and
 * only our own comments would be written into it.
 */
export const MAX_SILENCE_MS = 600_000;

/** Clients skip lines that begin with a colon (HTML, "Server-sent events", 9.2.6). */
const COMMENT = ': keep-alive\n\n';

const [LF, CR] = [0x0a, 0x0d];

/**
 * Passes an event stream on unchanged, and inserts a comment after each `KEEP_ALIVE_MS` of silence. It inserts comments
 * only between events, because a comment within an event would change the event. After `MAX_SILENCE_MS` without a byte of
 * the server, the stream ends with an error.
 */
export const keepAlive = (timer: Timer): Transform => {
  let atBoundary = true;
  let atLineStart = true;
  let last = 0;
  let silentMs = 0;
  let stop = (): void => {};

  const track = (byte: number): void => {
    const isRestOfLineEnd = byte === LF && last === CR;
    last = byte;
    if (isRestOfLineEnd) return;
    const isLineEnd = byte === LF || byte === CR;
    // An empty line ends an event. Any other line belongs to an event.
    atBoundary = isLineEnd && atLineStart;
    atLineStart = isLineEnd;
  };
  const wait = (): void => {
    stop();
    stop = timer(() => {
      silentMs += KEEP_ALIVE_MS;
      if (silentMs >= MAX_SILENCE_MS) {
        stream.destroy(new Error(`the MCP server sent nothing for ${MAX_SILENCE_MS / 60_000} minutes`));
        return;
      }
      // Data that still waits to be read keeps the connection alive too.
      if (atBoundary && stream.readableLength === 0) stream.push(COMMENT);
      wait();
    }, KEEP_ALIVE_MS);
  };
  const stream: Transform = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const byte of chunk) track(byte);
      silentMs = 0;
      wait();
      done(null, chunk);
    },
    flush(done) {
      stop();
      done();
    },
    destroy(error, done) {
      stop();
      done(error);
    },
  });
  wait();
  return stream;
};
