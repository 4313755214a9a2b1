import { crc32 } from 'node:zlib';

/** One message of the AWS event stream encoding (`application/vnd.amazon.eventstream`). */
export interface StreamMessage {
  /** The headers with text values, such as `:event-type`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Buffer;
}

/** The total length, the length of the headers, and a checksum of both, with four bytes each. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;

/** Far more than the longest message of Lambda. A greater length means that the stream is damaged. */
const MAX_MESSAGE_BYTES = 24 * 1024 * 1024;

const TEXT_TYPE = 7;
/** The length in bytes of a header value, by its type. Values of types 6 and 7 state their own length. */
const VALUE_BYTES = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];

/**
 * Splits a byte stream into its messages, and yields each message as soon as it is complete.
 *
 * @throws Error if a checksum is wrong, or if the stream ends within a message
 */
export async function* decodeEventStream(source: AsyncIterable<Uint8Array>): AsyncGenerator<StreamMessage> {
  let pending = Buffer.alloc(0);
  for await (const chunk of source) {
    pending = Buffer.concat([pending, chunk]);
    for (let length = messageLength(pending); length !== undefined; length = messageLength(pending)) {
      yield decodeMessage(pending.subarray(0, length));
      pending = pending.subarray(length);
    }
  }
  if (pending.length > 0) throw new Error('the event stream ended within a message');
}

/** The length of the message at the start of the bytes, or undefined until the message is complete. */
const messageLength = (bytes: Buffer): number | undefined => {
  if (bytes.length < PRELUDE_BYTES) return undefined;
  const length = bytes.readUInt32BE(0);
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8) || length > MAX_MESSAGE_BYTES) {
    throw new Error('the event stream is damaged');
  }
  return bytes.length < length ? undefined : length;
};

const decodeMessage = (bytes: Buffer): StreamMessage => {
  const end = bytes.length - CHECKSUM_BYTES;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) throw new Error('the event stream is damaged');
  const startOfPayload = PRELUDE_BYTES + bytes.readUInt32BE(4);
  return {
    headers: decodeHeaders(bytes.subarray(PRELUDE_BYTES, startOfPayload)),
    payload: bytes.subarray(startOfPayload, end),
  };
};

const decodeHeaders = (bytes: Buffer): Map<string, string> => {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const startOfType = at + 1 + bytes.readUInt8(at);
    const name = bytes.toString('utf8', at + 1, startOfType);
    const type = bytes.readUInt8(startOfType);
    const fixed = VALUE_BYTES[type];
    const startOfValue = startOfType + (fixed === undefined ? 3 : 1);
    at = startOfValue + (fixed ?? bytes.readUInt16BE(startOfType + 1));
    if (type === TEXT_TYPE) headers.set(name, bytes.toString('utf8', startOfValue, at));
  }
  return headers;
};
