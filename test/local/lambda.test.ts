import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import type { FunctionLog } from '../../tools/local/cloud/lambda/execution-environment.ts';
import { type Services, startServices } from '../../tools/local/cloud/services/index.ts';
import {
  functionArn,
  lambda,
  permission,
  resultOf,
  SHOW_ENVIRONMENT,
  templateOf,
  temporaryFolder,
} from './services-fixture.ts';

const streaming = (body: string) => `
  import { existsSync } from 'node:fs';
  import { setTimeout as delay } from 'node:timers/promises';
  export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
    ${body}
  });`;

const API = 'arn:aws:execute-api:us-east-1:000000000000:api1';

let services: Services;
const logs: FunctionLog[] = [];

beforeAll(async () => {
  const assembly = temporaryFolder();
  process.env.GATEHOUSE_TEST_LEAK = 'of the host';
  services = await startServices(
    templateOf(
      assembly,
      lambda(assembly, 'Environment', SHOW_ENVIRONMENT, {
        properties: { Environment: { Variables: { MINE: 'yes' } } },
      }),
      lambda(assembly, 'Other', SHOW_ENVIRONMENT),
      lambda(
        assembly,
        'Counter',
        `import { existsSync } from 'node:fs';
         import { setTimeout as delay } from 'node:timers/promises';
         console.log('cold start');
         let count = 0; let running = 0;
         export const handler = async ({ ms = 0, until }) => {
           running++; count++;
           await delay(ms);
           while (until && !existsSync(until)) await delay(10);
           return { count, running: running-- };
         };`,
        { properties: { Timeout: 60 } },
      ),
      lambda(
        assembly,
        'Context',
        `export const handler = async (event, context) => {
           console.log('hello', { a: 1 });
           return { event, context, remaining: context.getRemainingTimeInMillis() };
         };`,
        { properties: { Timeout: 60 } },
      ),
      permission('Context', 'apigateway.amazonaws.com', `${API}/prod/GET/*`),
      lambda(
        assembly,
        'Fails',
        `export const handler = async ({ how }) => {
           if (how === 'throw') throw new Error('Unauthorized');
           if (how === 'typed') throw new TypeError('wrong type');
           if (how === 'text') throw 'a text';
           if (how === 'exit') process.exit(3);
           if (how === 'crash') { setTimeout(() => { throw new Error('out of band'); }, 0); await new Promise(() => {}); }
           if (how === 'loop') for (;;);
           if (how === 'hang') await new Promise(() => {});
           if (how === 'large') return 'x'.repeat(7 * 1024 * 1024);
           return 'fine';
         };`,
        { properties: { Timeout: 1 } },
      ),
      lambda(assembly, 'BrokenBundle', `throw new Error('no configuration');`),
      lambda(assembly, 'NoHandler', 'export const other = 1;'),
      lambda(
        assembly,
        'Streams',
        streaming(`
          const out = awslambda.HttpResponseStream.from(stream, {
            statusCode: 201, headers: { 'content-type': 'text/event-stream' }, cookies: ['a=1'],
          });
          out.write('one ');
          while (event.until && !existsSync(event.until)) await delay(10);
          if (event.fail) throw new Error('in the middle');
          out.write('two');
          out.end();`),
        { properties: { Timeout: 60 } },
      ),
      lambda(
        assembly,
        'Endless',
        `import { once } from 'node:events';
         export const handler = awslambda.streamifyResponse(async (event, stream) => {
           const out = awslambda.HttpResponseStream.from(stream, { statusCode: 200 });
           let written = 0;
           let closed = false;
           stream.on('close', () => { closed = true; });
           while (!closed) {
             if (!out.write(Buffer.alloc(16 * 1024, 120))) await Promise.race([once(out, 'drain'), once(out, 'close')]);
             written += 16;
             console.log('written', written);
           }
           console.log('closed');
         });`,
        { properties: { Timeout: 10 } },
      ),
      lambda(
        assembly,
        'EndsUnwritten',
        streaming(`awslambda.HttpResponseStream.from(stream, { statusCode: 204 }).end();`),
      ),
      lambda(
        assembly,
        'EmptyWrite',
        streaming(
          `const out = awslambda.HttpResponseStream.from(stream, { statusCode: 204 }); out.write(''); out.end();`,
        ),
      ),
      lambda(assembly, 'NoMetadata', streaming(`stream.write('x'.repeat(20_000)); stream.end();`)),
      lambda(assembly, 'ThrowsFirst', streaming(`throw new Error('before the first byte');`)),
      lambda(
        assembly,
        'NeverEnds',
        streaming(`awslambda.HttpResponseStream.from(stream, { statusCode: 200 }).write('x');`),
        {
          properties: { Timeout: 1 },
        },
      ),
      lambda(
        assembly,
        'Plain',
        `export const handler = async () => ({ statusCode: 200, headers: { a: 'b' }, body: 'AQID', isBase64Encoded: true });`,
      ),
    ),
    { onLog: (log) => void logs.push(log) },
  );
});
beforeEach(() => {
  logs.length = 0;
});
afterAll(() => services?.close());

const invoke = (name: string, event: unknown = {}, options = {}) =>
  services.functions.invoke(functionArn(name), event, options);
const stream = (name: string, event: unknown = {}, options = {}) =>
  services.functions.invokeStreaming(functionArn(name), event, options);
const lines = (source = 'function') => logs.filter((log) => log.source === source).map((log) => log.text);

describe('a function of the local cloud', () => {
  it("sees its template's variables, what Lambda sets, and nothing of the host", async () => {
    const environment = (await resultOf(services, 'Environment')) as Record<string, string>;
    expect(environment).toMatchObject({
      MINE: 'yes',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'Environment',
      AWS_ACCESS_KEY_ID: 'ASIAEnvironment',
      AWS_ENDPOINT_URL_DYNAMODB: services.endpoints.dynamodb,
      AWS_ENDPOINT_URL_KMS: services.endpoints.kms,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: services.endpoints.secretsManager,
      AWS_ENDPOINT_URL_LAMBDA: services.endpoints.lambda,
    });
    const foreign = Object.keys(environment).filter(
      (name) => !/^(MINE|AWS_.+|LAMBDA_TASK_ROOT|_HANDLER|TZ|HOME)$/.test(name),
    );
    expect(foreign).toEqual([]);
    expect(environment.HOME).not.toBe(process.env.HOME);
  });

  it('has credentials of its own', async () => {
    const [mine, other] = (await Promise.all([
      resultOf(services, 'Environment'),
      resultOf(services, 'Other'),
    ])) as Record<string, string>[];
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
      expect(mine?.[name]).not.toBe(other?.[name]);
    }
  });

  it('keeps its memory between invocations, and serves one at a time in each environment', async () => {
    for (let count = 1; count <= 5; count++) {
      expect(await resultOf(services, 'Counter', { ms: 50 })).toEqual({ count, running: 1 });
    }
    expect(lines()).toEqual(['cold start']);
    const until = join(temporaryFolder(), 'go');
    const invocations = Array.from({ length: 12 }, () => resultOf(services, 'Counter', { until }));
    await happened(() => lines().length > 1);
    writeFileSync(until, '');
    const results = await Promise.all(invocations);
    expect(results.every((result) => (result as { running: number }).running === 1)).toBe(true);
    expect(Math.max(...results.map((result) => (result as { count: number }).count))).toBeLessThan(17);
  });

  it('gets event and context, and its output goes to the log under the request id', async () => {
    const result = (await resultOf(services, 'Context', { a: [1, null] })) as Record<string, Record<string, unknown>>;
    expect(result.event).toEqual({ a: [1, null] });
    expect(result.context).toMatchObject({
      functionName: 'Context',
      invokedFunctionArn: functionArn('Context'),
      memoryLimitInMB: '256',
    });
    expect(result.remaining).toBeGreaterThan(30_000);
    expect(result.remaining).toBeLessThanOrEqual(60_000);
    // An environment of another function may still be starting.
    expect(logs.filter(({ functionLogicalId }) => functionLogicalId === 'Context')).toEqual([
      {
        functionLogicalId: 'Context',
        source: 'function',
        text: 'hello { a: 1 }',
        requestId: result.context?.awsRequestId,
      },
    ]);
  });

  it.each([
    ['throw', 'Error', 'Unauthorized'],
    ['typed', 'TypeError', 'wrong type'],
    ['text', 'string', 'a text'],
    ['exit', 'Runtime.ExitError', 'exit status 3'],
    ['crash', 'Runtime.ExitError', 'out of band'],
    ['loop', 'Sandbox.Timedout', 'Task timed out after 1.00 seconds'],
    ['hang', 'Sandbox.Timedout', 'Task timed out after 1.00 seconds'],
    ['large', 'Function.ResponseSizeTooLarge', 'larger than 6291456 bytes'],
  ])('that fails by %s answers %s, and the next invocation is served', async (how, errorType, message) => {
    const failed = await invoke('Fails', { how });
    expect(failed).toEqual({ ok: false, errorType, errorMessage: expect.stringContaining(message) });
    expect(await invoke('Fails', {})).toEqual({ ok: true, result: 'fine' });
  });

  it('that cannot be loaded says why, each time', async () => {
    for (const _ of [1, 2]) {
      expect(await invoke('BrokenBundle')).toEqual({ ok: false, errorType: 'Error', errorMessage: 'no configuration' });
    }
    expect(await invoke('NoHandler')).toMatchObject({ ok: false, errorType: 'Runtime.HandlerNotFound' });
    expect(lines('platform')).toContain('Error: no configuration');
  });

  it('that is killed at work ends as a crashed one does; idle ones and other functions go on', async () => {
    const { count } = (await resultOf(services, 'Counter')) as { count: number };
    await invoke('Fails');
    const killed = invoke('Fails', { how: 'hang' });
    const other = invoke('Context');
    await new Promise(setImmediate);
    await services.functions.crash('Fails');
    await services.functions.crash('Counter');
    const errorMessage = 'Runtime exited with error: signal: killed';
    expect(await killed).toEqual({ ok: false, errorType: 'Runtime.ExitError', errorMessage });
    expect(await other).toMatchObject({ ok: true });
    expect(lines('platform')).toContain(errorMessage);
    expect(await resultOf(services, 'Fails')).toBe('fine');
    expect(await resultOf(services, 'Counter')).toMatchObject({ count: count + 1 });
  });

  it('goes on when its caller does not wait any longer', async () => {
    const answer = await invoke('Counter', { ms: 300 }, { timeoutMs: 20 });
    expect(answer).toEqual({ ok: false, errorType: 'Caller.Timeout', errorMessage: 'no answer within 20 ms' });
  });

  it('is invoked only for callers that a permission names', async () => {
    const caller = (principal: string, sourceArn: string) =>
      invoke('Context', {}, { caller: { principal, sourceArn } });
    expect(await caller('apigateway.amazonaws.com', `${API}/prod/GET/token`)).toMatchObject({ ok: true });
    const refused = { ok: false, errorType: 'AccessDeniedException' };
    expect(await caller('apigateway.amazonaws.com', `${API}/prod/POST/token`)).toMatchObject(refused);
    expect(await caller('events.amazonaws.com', `${API}/prod/GET/token`)).toMatchObject(refused);
    expect(await invoke('Nobody')).toMatchObject({ ok: false, errorType: 'ResourceNotFoundException' });
    expect(await invoke('Context', 'x'.repeat(7e6))).toMatchObject({
      ok: false,
      errorType: 'RequestTooLargeException',
    });
  });
});

describe('a streamed answer', () => {
  it('gives metadata and first bytes before the function has ended', async () => {
    const until = join(temporaryFolder(), 'go');
    const { metadata, body } = await stream('Streams', { until });
    expect(metadata).toEqual({ statusCode: 201, headers: { 'content-type': 'text/event-stream' }, cookies: ['a=1'] });
    const chunks: string[] = [];
    for await (const chunk of body) {
      chunks.push(Buffer.from(chunk).toString());
      // The function goes on only now.
      writeFileSync(until, '');
    }
    expect(chunks).toEqual(['one ', 'two']);
  });

  it('waits for its reader', async () => {
    const { body } = await stream('Endless');
    const reader = body[Symbol.asyncIterator]();
    await reader.next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const writtenUnread = lines().length;
    expect(writtenUnread).toBeLessThan(20);
    for (let read = 0; read < 10; read++) await reader.next();
    await happened(() => lines().length > writtenUnread);
    await reader.return?.();
  });

  it('tells the function that the client has gone, and the environment serves again', async () => {
    const { body } = await stream('Endless');
    for await (const _ of body) break;
    await happened(() => lines().includes('closed'));
    const controller = new AbortController();
    const second = await stream('Endless', {}, { signal: controller.signal });
    logs.length = 0;
    controller.abort();
    await expect(text(second.body as never)).rejects.toThrow('the client has gone');
    await happened(() => lines().includes('closed'));
    await expect(stream('Endless', {}, { signal: controller.signal })).rejects.toThrow('the client has gone');
  });

  it('breaks off when the function fails in the middle', async () => {
    const { body } = await stream('Streams', { fail: true });
    await expect(buffer(body as never)).rejects.toMatchObject({ name: 'FunctionError', message: 'in the middle' });
  });

  it('is cut off at the timeout of the function', async () => {
    const { body } = await stream('NeverEnds');
    await expect(buffer(body as never)).rejects.toMatchObject({ errorType: 'Sandbox.Timedout' });
  });

  it.each([
    ['EndsUnwritten', 'MalformedStream', 'write at least an empty string'],
    ['NoMetadata', 'MalformedStream', 'eight NUL bytes'],
    ['ThrowsFirst', 'Error', 'before the first byte'],
  ])('is refused from %s', async (name, errorType, message) => {
    await expect(stream(name)).rejects.toMatchObject({ errorType, message: expect.stringContaining(message) });
  });

  it('may have no body', async () => {
    const { metadata, body } = await stream('EmptyWrite');
    expect(metadata).toEqual({ statusCode: 204 });
    expect(await text(body as never)).toBe('');
  });

  it('is made of the answer of a plain function, with a warning', async () => {
    const { metadata, body } = await stream('Plain');
    expect(metadata).toEqual({ statusCode: 200, headers: { a: 'b' } });
    expect(await buffer(body as never)).toEqual(Buffer.from([1, 2, 3]));
    expect(lines('platform')).toEqual([expect.stringContaining('awslambda.streamifyResponse')]);
  });

  it('does not wait for other streams, up to a limit', async () => {
    const open = await Promise.all(Array.from({ length: 6 }, () => stream('Endless')));
    for (const { body } of open) await body[Symbol.asyncIterator]().return?.();
    expect(open).toHaveLength(6);
  });
});

describe('the local cloud', () => {
  it('stops at once, with functions running', async () => {
    const assembly = temporaryFolder();
    const hanging = await startServices(
      templateOf(
        assembly,
        lambda(assembly, 'Busy', `export const handler = async () => { console.log('busy'); for (;;); };`, {
          properties: { Timeout: 900 },
        }),
      ),
      { onLog: (log) => void logs.push(log) },
    );
    const busy = hanging.functions.invoke(functionArn('Busy'), {});
    await happened(() => lines().includes('busy'));
    await hanging.close();
    expect(await busy).toMatchObject({ ok: false, errorMessage: 'the local cloud is stopping' });
    expect(await hanging.functions.invoke(functionArn('Busy'), {})).toMatchObject({ ok: false });
  });

  it('starts every function beforehand when asked, those that cannot start included', async () => {
    const assembly = temporaryFolder();
    const started: string[] = [];
    const source = `console.log('cold start'); export const handler = async () => console.log('served');`;
    const template = templateOf(
      assembly,
      lambda(assembly, 'Broken', `throw new Error('no configuration');`),
      lambda(assembly, 'Warm', source),
    );
    const warmed = await startServices(template, { onLog: ({ text }) => void started.push(text) });
    await warmed.functions.prewarm();
    expect(started.sort()).toEqual(['Error: no configuration', 'cold start']);
    await resultOf(warmed, 'Warm');
    await warmed.close();
    expect(started).toEqual(['Error: no configuration', 'cold start', 'served']);
  });

  it.each([
    [{ Runtime: 'python3.14' }, 'Fn: the local cloud runs nodejs only'],
    [{ Handler: 'main.handler' }, 'Fn: its handler main.handler is not in'],
    [
      { Environment: { Variables: { AWS_REGION: 'eu-west-1' } } },
      'Fn: Lambda reserves the environment variable AWS_REGION',
    ],
    [{ Role: 'arn:aws:iam::000000000000:role/Nobody' }, 'Fn: its role arn:aws:iam::000000000000:role/Nobody is not'],
  ])('refuses to start a function with %j', async (properties, message) => {
    const assembly = temporaryFolder();
    const template = templateOf(assembly, lambda(assembly, 'Fn', SHOW_ENVIRONMENT, { properties }));
    await expect(startServices(template)).rejects.toThrow(message);
  });
});

/** Resolves when the condition holds. The test's own limit of time ends a wait in vain. */
const happened = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
};
