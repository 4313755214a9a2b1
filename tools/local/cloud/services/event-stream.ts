import { crc32 } from 'node:zlib';

const TEXT_TYPE = 7;
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;

/** One message of AWS' event stream encoding (`application/vnd.amazon.eventstream`). */
export const eventStreamMessage = (headers: Readonly<Record<string, string>>, payload: Uint8Array): Buffer => {
  const encodedHeaders = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  prelude.writeUInt32BE(PRELUDE_BYTES + encodedHeaders.length + payload.length + CHECKSUM_BYTES, 0);
  prelude.writeUInt32BE(encodedHeaders.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const checked = Buffer.concat([prelude, encodedHeaders, payload]);
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(checked));
  return Buffer.concat([checked, checksum]);
};

const encodeHeader = (name: string, value: string): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.from([Buffer.byteLength(name)]),
    Buffer.from(name),
    Buffer.from([TEXT_TYPE]),
    length,
    Buffer.from(value),
  ]);
};
