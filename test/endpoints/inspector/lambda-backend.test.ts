import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { newExchange } from '../../../lambdas/inspector/exchange.ts';
import { lambdaBackend } from '../../../lambdas/inspector/lambda-backend.ts';
import { requestSigner } from '../../../lambdas/runtime/adapters/request-signer.ts';
import {
  eventStreamMessage,
  FAKE_CREDENTIALS,
  type Invocation,
  invokeComplete,
  payloadChunk,
  startFakeLambdaApi,
  streamHead,
} from '../../support/backends/fake-lambda-api.ts';
import { AUTHORIZER_CONTEXT, call, inspectorWith, postEvent } from '../../support/backends/inspector-fixture.ts';

const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:000000000000:function:backend';
const REGION = 'eu-central-1';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const start = async (invoke: (invocation: Invocation) => void | Promise<void>, credentials = FAKE_CREDENTIALS) => {
  const api = await startFakeLambdaApi(invoke);
  closers.push(api.close);
  const { endpoint } = api;
  const exchange = newExchange(() => 0);
  const sign = requestSigner('lambda', { region: REGION, endpoint, ...credentials });
  const backend = lambdaBackend({ functionArn: FUNCTION_ARN, sign, exchange });
  return { endpoint, ...inspectorWith(backend) };
};

const answering = (...messages: Buffer[]) =>
  start(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    for (const message of messages) response.write(message);
    response.end();
  });

describe('The inspector in front of a Lambda backend', () => {
  it('invokes it with the event, without identity headers of the caller', async () => {
    let seen: Invocation | undefined;
    const { send } = await start((invocation) => {
      seen = invocation;
      invocation.response.end(Buffer.concat([streamHead({ statusCode: 202 }), invokeComplete()]));
    });
    const event = postEvent(call('echo'), { headers: { 'X-Gatehouse-Subject': 'forged', 'Mcp-Session-Id': 's' } });
    const { reply, done } = send(event);
    await done;
    expect(reply.head?.statusCode).toBe(202);
    expect(seen?.functionName).toBe(FUNCTION_ARN);
    expect(seen?.request.headers['x-amz-invocation-type']).toBe('RequestResponse');
    const { 'X-Gatehouse-Subject': _, ...headers } = event.headers;
    const { 'X-Gatehouse-Subject': __, ...multiValueHeaders } = event.multiValueHeaders;
    expect(seen?.event).toEqual({ ...event, headers, multiValueHeaders });
    expect(seen?.event).toMatchObject({ requestContext: { authorizer: AUTHORIZER_CONTEXT } });
  });

  it('sends the text that was inspected, not the encoded body', async () => {
    let seen: unknown;
    const { send } = await start((invocation) => {
      seen = invocation.event;
      invocation.response.end(Buffer.concat([streamHead({ statusCode: 202 }), invokeComplete()]));
    });
    const body = JSON.stringify(call('echo'));
    await send(postEvent(Buffer.from(body).toString('base64'), { rest: { isBase64Encoded: true } })).done;
    expect(seen).toMatchObject({ body, isBase64Encoded: false });
  });

  it('invokes it for a DELETE without a body, which ends a session', async () => {
    let seen: unknown;
    const { send } = await start((invocation) => {
      seen = invocation.event;
      invocation.response.end(Buffer.concat([streamHead({ statusCode: 204 }), invokeComplete()]));
    });
    const rest = { httpMethod: 'DELETE', body: null };
    const { reply, done } = send(postEvent('', { headers: { 'Mcp-Session-Id': 's' }, rest }));
    await done;
    expect(reply.head?.statusCode).toBe(204);
    expect(seen).toMatchObject({ httpMethod: 'DELETE', headers: { 'Mcp-Session-Id': 's' }, body: null });
  });

  it('streams head and events as the function writes them', async () => {
    let write: ((message: Buffer) => void) | undefined;
    const asked = Promise.withResolvers<void>();
    const { send } = await start(({ response }) => {
      write = (message) => response.write(message);
      response.flushHeaders();
      asked.resolve();
    });
    const { reply, done } = send(postEvent(call('echo')));
    await asked.promise;
    write?.(streamHead({ statusCode: 200, headers: { 'Content-Type': 'text/event-stream' }, cookies: ['a=1'] }));
    await reply.headReceived();
    expect(reply.head).toEqual({ statusCode: 200, headers: { 'content-type': 'text/event-stream' }, cookies: ['a=1'] });
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      write?.(payloadChunk(event));
      await reply.received(event);
    }
    write?.(invokeComplete());
    closers.unshift(async () => {}); // the connection is the api's to close
    reply.stream.destroy();
    await done;
    expect(reply.text).toBe('data: 1\n\ndata: 2\n\n');
  });

  it('finds the end of the head in any chunks, and keeps NUL bytes of the body', async () => {
    const head = Buffer.concat([Buffer.from('{"statusCode":200}'), Buffer.alloc(8)]);
    const whole = Buffer.concat([head, Buffer.from('\0\0body')]);
    for (const cut of [1, head.length - 5, head.length, head.length + 1]) {
      const { send } = await answering(
        payloadChunk(whole.subarray(0, cut)),
        payloadChunk(whole.subarray(cut)),
        invokeComplete(),
      );
      const { reply, done } = send(postEvent(call('echo')));
      await done;
      expect([reply.head?.statusCode, reply.text]).toEqual([200, '\0\0body']);
    }
  });

  it('accepts the JSON response of a function that does not stream', async () => {
    const result = {
      statusCode: 404,
      headers: { 'Content-Type': 'application/json', 'X-Number': 5 },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
      body: Buffer.from('{"ü":1}').toString('base64'),
      isBase64Encoded: true,
    };
    const { send } = await answering(payloadChunk(JSON.stringify(result)), invokeComplete());
    const { reply, done } = send(postEvent(call('echo')));
    await done;
    expect(reply.head).toEqual({
      statusCode: 404,
      headers: { 'content-type': 'application/json', 'x-number': '5' },
      cookies: ['a=1', 'b=2'],
    });
    expect(reply.text).toBe('{"ü":1}');
  });

  it.each([
    ['fails before it answers', [invokeComplete({ ErrorCode: 'Unhandled', ErrorDetails: 'a secret' })]],
    ['answers something else', [payloadChunk('"hello"'), invokeComplete()]],
    ['answers null', [payloadChunk('null'), invokeComplete()]],
    ['answers no JSON', [payloadChunk('hello'), invokeComplete()]],
    ['is broken off by Lambda', [eventStreamMessage({ ':message-type': 'exception', ':exception-type': 'X' }, '{}')]],
    ['sends a damaged stream', [Buffer.from('this is not an event stream')]],
  ])('answers 502 when the function %s', async (_, messages) => {
    const { send, logged } = await answering(...messages);
    const { reply, done } = send(postEvent(call('echo')));
    await done;
    expect([reply.head?.statusCode, reply.json.error.code]).toEqual([502, -32603]);
    expect(reply.text).not.toContain('secret');
    expect(logged).toHaveLength(1);
  });

  it.each(['{"jsonrpc":"2.0","id":7,"result":{}}', '"the body alone"', 'no JSON'])(
    'A27: one event says what was expected instead of %s',
    async (output) => {
      const { send, logged } = await answering(payloadChunk(output), invokeComplete());
      await send(postEvent(call('echo'))).done;
      expect(logged).toEqual([
        { event: 'request_failed', fields: expect.objectContaining({ status: 502, error: '-32603' }) },
      ]);
      expect(logged[0]?.fields.detail).toContain('expected awslambda.HttpResponseStream, or {"statusCode": 200');
    },
  );

  it('A7: a redirect is 502, and the event says so', async () => {
    const head = streamHead({ statusCode: 307, headers: { Location: 'https://elsewhere.example/' } });
    const { send, logged } = await answering(head, invokeComplete());
    const { reply, done } = send(postEvent(call('echo')));
    await done;
    expect([reply.head?.statusCode, reply.json.error.code]).toEqual([502, -32603]);
    expect(logged[0]?.fields.detail).toContain('redirects');
  });

  it('cuts a response that has started when the function fails', async () => {
    const { send, logged } = await answering(
      streamHead({ statusCode: 200 }),
      payloadChunk('data: 1\n\n'),
      invokeComplete({ ErrorCode: 'Unhandled' }),
    );
    const { reply, done } = send(postEvent(call('echo')));
    reply.stream.on('error', () => {});
    await done;
    expect([reply.stream.destroyed, reply.stream.writableFinished]).toEqual([true, false]);
    expect(logged).toMatchObject([
      { event: 'request_failed', fields: { detail: expect.stringContaining('Unhandled') } },
    ]);
  });

  it.each([
    [413, 413],
    [429, 503],
    [500, 503],
    [404, 502],
  ])('turns Lambda’s %d into %d', async (lambdaStatus, status) => {
    const { send } = await start(({ response }) => {
      response.writeHead(lambdaStatus, { 'x-amzn-errortype': 'X' }).end('{}');
    });
    const { reply, done } = send(postEvent(call('echo'), { headers: { 'MCP-Protocol-Version': '2026-07-28' } }));
    await done;
    expect(reply.head?.statusCode).toBe(status);
  });

  it('closes the connection when the client disconnects', async () => {
    const asked = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const { send, logged } = await start(({ response }) => {
      response.once('close', ended.resolve);
      response.write(streamHead({ statusCode: 200 }));
      asked.resolve();
    });
    const { reply, done } = send(postEvent(call('echo')));
    await asked.promise;
    await reply.headReceived();
    reply.stream.destroy();
    await Promise.all([done, ended.promise]);
    expect(logged).toEqual([]);
  });

  it('signs requests with Signature Version 4, which the fake checks as it checks the SDK', async () => {
    const answer = Buffer.concat([payloadChunk('hello'), invokeComplete({ ErrorCode: 'E' })]);
    const invoke = ({ response }: Invocation) => {
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' }).end(answer);
    };
    const { endpoint } = await start(invoke);
    const client = new LambdaClient({ endpoint, region: REGION, credentials: FAKE_CREDENTIALS, maxAttempts: 1 });
    const command = new InvokeWithResponseStreamCommand({ FunctionName: FUNCTION_ARN, Payload: Buffer.from('{}') });
    const events: string[] = [];
    for await (const event of (await client.send(command)).EventStream ?? []) {
      if (event.PayloadChunk) events.push(Buffer.from(event.PayloadChunk.Payload ?? []).toString());
      if (event.InvokeComplete) events.push(event.InvokeComplete.ErrorCode ?? '');
    }
    client.destroy();
    expect(events).toEqual(['hello', 'E']);

    const { send, logged } = await start(invoke, { ...FAKE_CREDENTIALS, secretAccessKey: 'another' });
    const { reply, done } = send(postEvent(call('echo')));
    await done;
    expect(reply.head?.statusCode).toBe(502);
    expect(logged[0]?.fields.detail).toContain('InvalidSignatureException');
  });
});
