import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { temporaryFolder } from '../services-fixture.ts';

import { happened, runFunctions } from './run-functions.ts';

const { lines, logs, stream } = runFunctions();

describe('a streamed answer', () => {
  it('delivers metadata and first bytes before the function has ended', async () => {
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

  it('ends with an error when the function fails in the middle', async () => {
    const { body } = await stream('Streams', { fail: true });
    await expect(buffer(body as never)).rejects.toMatchObject({ name: 'FunctionError', message: 'in the middle' });
  });

  it('ends at the timeout of the function', async () => {
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

  it('is built from the answer of a function that does not stream, with a warning', async () => {
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
