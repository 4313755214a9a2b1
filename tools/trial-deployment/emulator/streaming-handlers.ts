import { finished } from 'node:stream/promises';
import { installAwsLambda, ResponseStream } from '../../local/cloud/lambda/response-stream.ts';

// MiniStack runs functions without the global `awslambda` of Lambda's Node.js runtime. This file adds it to their
// processes, through NODE_OPTIONS. Because MiniStack cannot stream, a streaming handler answers in one piece.

type StreamingHandler = (event: unknown, stream: ResponseStream, context: unknown) => Promise<void>;

const DELIMITER = Buffer.alloc(8);

const streamifyResponse = (handler: StreamingHandler) => async (event: unknown, context: unknown) => {
  const chunks: Uint8Array[] = [];
  const stream = new ResponseStream((bytes) => {
    chunks.push(bytes);
    stream.taken();
  });
  await handler(event, stream, context);
  await finished(stream);
  const bytes = Buffer.concat(chunks);
  const end = bytes.indexOf(DELIMITER);
  const body = bytes.toString('utf8', end + DELIMITER.length);
  return { ...JSON.parse(bytes.toString('utf8', 0, end)), body, isBase64Encoded: false };
};

installAwsLambda();
Object.assign((globalThis as unknown as { awslambda: object }).awslambda, { streamifyResponse });
