import * as fc from 'fast-check';
import { decodeEventStream } from '../../../lambdas/inspector/event-stream.ts';
import { eventStreamMessage, payloadChunk } from '../../support/backends/fake-lambda-api.ts';

describe('The event stream encoding of AWS', () => {
  const decodeAll = async (chunks: readonly Uint8Array[]) => {
    const source = (async function* () {
      yield* chunks;
    })();
    const all: [string, string][] = [];
    for await (const { headers, payload } of decodeEventStream(source)) {
      all.push([headers.get(':event-type') ?? '', payload.toString('latin1')]);
    }
    return all;
  };

  it('returns every message, for any division into chunks', async () => {
    const payload = fc.uint8Array({ maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.array(payload, { maxLength: 4 }), fc.integer({ min: 1, max: 50 }), async (payloads, size) => {
        const bytes = Buffer.concat(payloads.map((content) => payloadChunk(content)));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        const expected = payloads.map((content) => ['PayloadChunk', Buffer.from(content).toString('latin1')]);
        expect(await decodeAll(chunks)).toEqual(expected);
      }),
    );
  });

  it('reads past header values of every type', async () => {
    const values = [
      [0],
      [1],
      [2, 9],
      [3, 0, 9],
      [4, 0, 0, 0, 9],
      [5, ...Array(8).fill(9)],
      [6, 0, 2, 7, 7],
      [8, ...Array(8).fill(9)],
    ];
    const others = [...values, [9, ...Array(16).fill(9)]].map((value) => Buffer.from([1, 0x78, ...value]));
    const plain = payloadChunk('hi');
    const headerBytes = Buffer.concat([...others, plain.subarray(12, 12 + plain.readUInt32BE(4))]);
    expect(await decodeAll([rebuilt(headerBytes, 'hi')])).toEqual([['PayloadChunk', 'hi']]);
  });

  it('refuses a flipped bit anywhere, and an end within a message', async () => {
    const bytes = payloadChunk('hello');
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      await expect(decodeAll([damaged])).rejects.toThrow(/damaged|ended within/);
    }
    await expect(decodeAll([bytes.subarray(0, -1)])).rejects.toThrow('the event stream ended within a message');
  });
});

/** A message with the given header bytes. */
const rebuilt = (headerBytes: Buffer, payload: string): Buffer => {
  const model = eventStreamMessage({ x: 'y'.repeat(headerBytes.length - 5) }, payload);
  headerBytes.copy(model, 12);
  const { crc32 } = process.getBuiltinModule('node:zlib');
  model.writeUInt32BE(crc32(model.subarray(0, -4)), model.length - 4);
  return model;
};
