import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';

const TEXT_TYPE = 7;

/** One message of AWS' event stream encoding. */
export const eventStreamMessage = (headers: Record<string, string>, payload: Uint8Array | string): Buffer => {
  const encodedHeaders = Object.entries(headers).map(([name, value]) => {
    const fixed = Buffer.from([TEXT_TYPE, Buffer.byteLength(value) >> 8, Buffer.byteLength(value) & 0xff]);
    return Buffer.concat([Buffer.from([Buffer.byteLength(name)]), Buffer.from(name), fixed, Buffer.from(value)]);
  });
  const headerBytes = Buffer.concat(encodedHeaders);
  const payloadBytes = Buffer.from(payload);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + headerBytes.length + payloadBytes.length, 0);
  prelude.writeUInt32BE(headerBytes.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const checked = Buffer.concat([prelude, headerBytes, payloadBytes]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(checked));
  return Buffer.concat([checked, checksum]);
};

const event = (type: string, contentType: string, payload: Uint8Array | string) =>
  eventStreamMessage({ ':event-type': type, ':content-type': contentType, ':message-type': 'event' }, payload);

export const payloadChunk = (payload: Uint8Array | string) =>
  event('PayloadChunk', 'application/octet-stream', payload);
export const invokeComplete = (result: object = {}) =>
  event('InvokeComplete', 'application/json', JSON.stringify(result));
/** What `awslambda.HttpResponseStream` sends before the body. */
export const streamHead = (head: object) =>
  payloadChunk(Buffer.concat([Buffer.from(JSON.stringify(head)), Buffer.alloc(8)]));

export const FAKE_CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'not-a-secret',
  sessionToken: 'session',
};

export interface Invocation {
  readonly functionName: string;
  readonly event: unknown;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The one operation of Lambda's API that the inspector calls, with its signature checked. */
export const startFakeLambdaApi = async (invoke: (invocation: Invocation) => void | Promise<void>) => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const path = /^\/2021-11-15\/functions\/([^/]+)\/response-streaming-invocations$/.exec(request.url ?? '');
    if (!path?.[1] || !isSigned(request, body)) {
      response.writeHead(403, { 'x-amzn-errortype': 'InvalidSignatureException' }).end('{}');
      return;
    }
    const functionName = decodeURIComponent(path[1]);
    await invoke({ functionName, event: JSON.parse(body.toString()), request, response });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
};

/** AWS Signature Version 4, from the receiver's side. */
const isSigned = (request: IncomingMessage, body: Buffer): boolean => {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d+)\/([^/]+)\/lambda\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/;
  const [, accessKeyId, scope = '', date = '', region = '', signedHeaders = '', signature] =
    form.exec(request.headers.authorization ?? '') ?? [];
  const hash = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
  const mac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest();
  const canonical = [
    request.method,
    (request.url ?? '').split('/').map(encodeURIComponent).join('/'),
    '',
    ...signedHeaders.split(';').map((name) => `${name}:${request.headers[name]}`),
    '',
    signedHeaders,
    hash(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, hash(canonical)].join('\n');
  const key = [date, region, 'lambda', 'aws4_request'].reduce<Buffer | string>(
    mac,
    `AWS4${FAKE_CREDENTIALS.secretAccessKey}`,
  );
  const isComplete = ['host', 'x-amz-date', 'x-amz-security-token'].every((name) =>
    signedHeaders.split(';').includes(name),
  );
  return isComplete && accessKeyId === FAKE_CREDENTIALS.accessKeyId && mac(key, toSign).toString('hex') === signature;
};
