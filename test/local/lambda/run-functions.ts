import type { FunctionLog } from '../../../tools/local/cloud/lambda/execution-environment.ts';
import { type Services, startServices } from '../../../tools/local/cloud/services/index.ts';
import { functionArn, lambda, permission, SHOW_ENVIRONMENT, templateOf, temporaryFolder } from '../services-fixture.ts';

const streaming = (body: string) => `
  import { existsSync } from 'node:fs';
  import { setTimeout as delay } from 'node:timers/promises';
  export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
    ${body}
  });`;

export const API = 'arn:aws:execute-api:us-east-1:000000000000:api1';

/** A template of functions that behave in every way that matters here. */
const newTemplate = () => {
  const assembly = temporaryFolder();
  return templateOf(
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
  );
};

/** Starts the functions before the tests of a file, and stops them afterwards. */
export const runFunctions = () => {
  let services: Services;
  const logs: FunctionLog[] = [];
  beforeAll(async () => {
    process.env.GATEHOUSE_TEST_LEAK = 'of the host';
    services = await startServices(newTemplate(), { onLog: (log) => void logs.push(log) });
  });
  beforeEach(() => {
    logs.length = 0;
  });
  afterAll(() => services?.close());
  return {
    logs,
    lines: (source = 'function') => logs.filter((log) => log.source === source).map((log) => log.text),
    running: () => services,
    invoke: (name: string, event: unknown = {}, options = {}) =>
      services.functions.invoke(functionArn(name), event, options),
    stream: (name: string, event: unknown = {}, options = {}) =>
      services.functions.invokeStreaming(functionArn(name), event, options),
  };
};

/** Resolves when the condition holds. The test's own limit of time ends a wait in vain. */
export const happened = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
};
