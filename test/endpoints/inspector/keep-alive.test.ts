import { text } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { KEEP_ALIVE_MS, keepAlive, MAX_SILENCE_MS } from '../../../lambdas/inspector/keep-alive.ts';
import { ManualTimer } from '../../support/backends/inspector-fixture.ts';

const COMMENT = ': keep-alive\n\n';

/** The output when a period of silence follows each chunk. */
const passedOn = async (chunks: readonly string[]): Promise<string> => {
  const time = new ManualTimer();
  const stream = keepAlive(time.timer);
  const out = text(stream);
  for (const chunk of chunks) {
    await new Promise<void>((resolve) => stream.write(chunk, () => resolve()));
    await new Promise(setImmediate); // the reader takes what there is
    time.elapse(KEEP_ALIVE_MS);
  }
  stream.end();
  const whole = await out;
  expect(time.count).toBe(0);
  return whole;
};

/** The events of a stream as a client reads them (HTML, "Server-sent events", 9.2.6). */
const eventsOf = (stream: string): string[][] => {
  const events: string[][] = [];
  let fields: string[] = [];
  for (const line of stream.split(/\r\n|\r|\n/)) {
    if (line === '') {
      if (fields.some((field) => field.startsWith('data'))) events.push(fields);
      fields = [];
    } else if (!line.startsWith(':')) {
      fields.push(line);
    }
  }
  return [...events, fields];
};

describe('Comments in silent event streams (HTML, "Server-sent events", 9.2.6)', () => {
  it.each([
    ['between events', ['data: 1\n\n', 'data: 2\n\n'], `data: 1\n\n${COMMENT}data: 2\n\n${COMMENT}`],
    ['with CRLF', ['data: 1\r\n\r\n'], `data: 1\r\n\r\n${COMMENT}`],
    ['not within a line', ['da', 'ta: 1\n\n'], `data: 1\n\n${COMMENT}`],
    ['not within an event', ['id: 1\n', 'data: 1\n', '\n'], `id: 1\ndata: 1\n\n${COMMENT}`],
    ['not after a field that ends with CRLF in two chunks', ['data: 1\r', '\n', '\r\n'], `data: 1\r\n\r\n${COMMENT}`],
    ['after the server’s own comments', [': hi\n\n'], `: hi\n\n${COMMENT}`],
  ])('%s', async (_, chunks, expected) => {
    expect(await passedOn(chunks)).toBe(expected);
  });

  it('are repeated, and start before the first event', async () => {
    const time = new ManualTimer();
    const stream = keepAlive(time.timer);
    const out = text(stream);
    for (let count = 0; count < 3; count += 1) {
      await new Promise(setImmediate);
      time.elapse(KEEP_ALIVE_MS);
    }
    stream.end();
    expect(await out).toBe(COMMENT.repeat(3));
  });

  it('do not accumulate while the client does not read', () => {
    const time = new ManualTimer();
    const stream = keepAlive(time.timer);
    for (let count = 0; count < 10; count += 1) time.elapse(KEEP_ALIVE_MS);
    expect(stream.readableLength).toBe(COMMENT.length);
    stream.destroy();
  });

  it('B8: end a stream into which nothing else was written for ten minutes, since its client may have gone', async () => {
    const time = new ManualTimer();
    const stream = keepAlive(time.timer);
    const out = text(stream);
    const silence = async (comments: number): Promise<void> => {
      for (let count = 0; count < comments; count += 1) {
        await new Promise(setImmediate);
        time.elapse(KEEP_ALIVE_MS);
      }
    };
    const most = MAX_SILENCE_MS / KEEP_ALIVE_MS - 1;
    await silence(most);
    await new Promise<void>((resolve) => stream.write('data: 1\n\n', () => resolve()));
    await silence(most);
    expect([stream.destroyed, time.count]).toEqual([false, 1]);
    time.elapse(KEEP_ALIVE_MS);
    await expect(out).rejects.toThrow('the MCP server sent nothing for 10 minutes');
    expect(time.count).toBe(0);
  });

  it('leave no timer behind when the stream is destroyed', async () => {
    const time = new ManualTimer();
    const stream = keepAlive(time.timer);
    stream.destroy();
    await new Promise(setImmediate);
    expect(time.count).toBe(0);
  });

  it('change no event, for any division into chunks', async () => {
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
    const line = fc.constantFrom('data: a', 'data:', 'id: 7', 'event: x', ': own comment', '');
    const stream = fc
      .array(
        fc.tuple(line, lineEnd).map((parts) => parts.join('')),
        { maxLength: 12 },
      )
      .map((l) => l.join(''));
    await fc.assert(
      fc.asyncProperty(stream, fc.array(fc.nat(60), { maxLength: 8 }), async (whole, cuts) => {
        const places = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
        const chunks = places.slice(1).map((end, index) => whole.slice(places[index], end));
        const out = await passedOn(chunks);
        expect(eventsOf(out)).toEqual(eventsOf(whole));
        expect(out.replaceAll(COMMENT, '')).toBe(whole.replaceAll(COMMENT, ''));
      }),
    );
  });
});
