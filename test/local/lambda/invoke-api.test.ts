import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type Services, startServices } from '../../../tools/local/cloud/services/index.ts';
import { clientOf, functionArn, lambda, SHOW_ENVIRONMENT, templateOf, temporaryFolder } from '../services-fixture.ts';

const STREAM = `
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.fail) throw new TypeError('no good');
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { 'x-who': event.who } });
  out.write('');
  if (event.wait) await new Promise((resolve) => stream.once('close', resolve));
  else out.end('body');
  console.log('stream closed');
});`;

const allow = (name: string) => ({
  statements: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: functionArn(name) }],
});

let services: Services;
const lines: string[] = [];
const calls: string[] = [];
beforeAll(async () => {
  const assembly = temporaryFolder();
  const template = templateOf(
    assembly,
    lambda(assembly, 'Inspector', SHOW_ENVIRONMENT, allow('Backend')),
    lambda(assembly, 'Stranger', SHOW_ENVIRONMENT, allow('Other')),
    lambda(assembly, 'Backend', STREAM, { properties: { Timeout: 60 } }),
  );
  services = await startServices(template, {
    onLog: ({ text }) => lines.push(text),
    onCall: ({ service, action, functionLogicalId }, execute) => {
      calls.push(`${service}:${action} by ${functionLogicalId}`);
      return execute();
    },
  });
});
afterAll(() => services?.close());

const invokeAs = async (name: string, event: object, target = 'Backend', abortSignal?: AbortSignal) => {
  const client = new LambdaClient(await clientOf(services, name, services.endpoints.lambda));
  const command = new InvokeWithResponseStreamCommand({
    FunctionName: functionArn(target),
    Payload: Buffer.from(JSON.stringify(event)),
  });
  return client.send(command, abortSignal ? { abortSignal } : {});
};

describe('Lambda: InvokeWithResponseStream', () => {
  it('answers in the event stream that the AWS SDK reads: head, eight NUL bytes, body, the end', async () => {
    const { EventStream = [] } = await invokeAs('Inspector', { who: 'me' });
    let text = '';
    let complete: unknown;
    for await (const { PayloadChunk, InvokeComplete } of EventStream as AsyncIterable<{
      PayloadChunk?: { Payload?: Uint8Array };
      InvokeComplete?: { ErrorCode?: string };
    }>) {
      text += Buffer.from(PayloadChunk?.Payload ?? []).toString();
      complete = InvokeComplete ?? complete;
    }
    expect(text).toBe(`{"statusCode":201,"headers":{"x-who":"me"}}${'\0'.repeat(8)}body`);
    expect(complete).toBeDefined();
    expect(calls).toContain('lambda:InvokeWithResponseStream by Inspector');
  });

  it('a role without lambda:InvokeFunction on this function is refused', async () => {
    await expect(invokeAs('Stranger', {})).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        `not authorized to perform: lambda:InvokeFunction on resource: ${functionArn('Backend')}`,
      ),
    });
  });

  it('a function that does not exist is ResourceNotFoundException', async () => {
    await expect(invokeAs('Stranger', {}, 'Other')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('the failure of a function is reported inside the stream', async () => {
    const { EventStream } = await invokeAs('Inspector', { fail: true });
    const events = [];
    for await (const event of EventStream ?? []) events.push(event);
    expect(events.at(-1)).toMatchObject({ InvokeComplete: { ErrorCode: 'TypeError', ErrorDetails: 'no good' } });
  });

  it('a caller that disconnects closes the stream of the function', async () => {
    const leaving = new AbortController();
    const { EventStream } = await invokeAs('Inspector', { wait: true }, 'Backend', leaving.signal);
    const before = lines.filter((line) => line.includes('stream closed')).length;
    for await (const _ of EventStream ?? []) break;
    leaving.abort();
    while (lines.filter((line) => line.includes('stream closed')).length === before) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
});
