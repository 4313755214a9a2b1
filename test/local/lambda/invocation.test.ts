import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionArn, resultOf, temporaryFolder } from '../services-fixture.ts';

import { API, happened, runFunctions } from './run-functions.ts';

const { invoke, lines, logs, running } = runFunctions();

describe('a function of the local cloud', () => {
  it('sees the variables of its template and of Lambda, and none of the host', async () => {
    const environment = (await resultOf(running(), 'Environment')) as Record<string, string>;
    expect(environment).toMatchObject({
      MINE: 'yes',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'Environment',
      AWS_ACCESS_KEY_ID: 'ASIAEnvironment',
      AWS_ENDPOINT_URL_DYNAMODB: running().endpoints.dynamodb,
      AWS_ENDPOINT_URL_KMS: running().endpoints.kms,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: running().endpoints.secretsManager,
      AWS_ENDPOINT_URL_LAMBDA: running().endpoints.lambda,
    });
    const foreign = Object.keys(environment).filter(
      (name) => !/^(MINE|AWS_.+|LAMBDA_TASK_ROOT|_HANDLER|TZ|HOME)$/.test(name),
    );
    expect(foreign).toEqual([]);
    expect(environment.HOME).not.toBe(process.env.HOME);
  });

  it('has its own credentials', async () => {
    const [mine, other] = (await Promise.all([
      resultOf(running(), 'Environment'),
      resultOf(running(), 'Other'),
    ])) as Record<string, string>[];
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
      expect(mine?.[name]).not.toBe(other?.[name]);
    }
  });

  it('keeps its memory between invocations, and serves one at a time in each environment', async () => {
    for (let count = 1; count <= 5; count++) {
      expect(await resultOf(running(), 'Counter', { ms: 50 })).toEqual({ count, running: 1 });
    }
    expect(lines()).toEqual(['cold start']);
    const until = join(temporaryFolder(), 'go');
    const invocations = Array.from({ length: 12 }, () => resultOf(running(), 'Counter', { until }));
    await happened(() => lines().length > 1);
    writeFileSync(until, '');
    const results = await Promise.all(invocations);
    expect(results.every((result) => (result as { running: number }).running === 1)).toBe(true);
    expect(Math.max(...results.map((result) => (result as { count: number }).count))).toBeLessThan(17);
  });

  it('receives event and context, and its output is logged with the request id', async () => {
    const result = (await resultOf(running(), 'Context', { a: [1, null] })) as Record<string, Record<string, unknown>>;
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

  it('that cannot be loaded reports the reason every time', async () => {
    for (const _ of [1, 2]) {
      expect(await invoke('BrokenBundle')).toEqual({ ok: false, errorType: 'Error', errorMessage: 'no configuration' });
    }
    expect(await invoke('NoHandler')).toMatchObject({ ok: false, errorType: 'Runtime.HandlerNotFound' });
    expect(lines('platform')).toContain('Error: no configuration');
  });

  it('that is killed while busy ends like a crashed one; idle environments and other functions continue', async () => {
    const { count } = (await resultOf(running(), 'Counter')) as { count: number };
    await invoke('Fails');
    const killed = invoke('Fails', { how: 'hang' });
    const other = invoke('Context');
    await new Promise(setImmediate);
    await running().functions.crash('Fails');
    await running().functions.crash('Counter');
    const errorMessage = 'Runtime exited with error: signal: killed';
    expect(await killed).toEqual({ ok: false, errorType: 'Runtime.ExitError', errorMessage });
    expect(await other).toMatchObject({ ok: true });
    expect(lines('platform')).toContain(errorMessage);
    expect(await resultOf(running(), 'Fails')).toBe('fine');
    expect(await resultOf(running(), 'Counter')).toMatchObject({ count: count + 1 });
  });

  it('continues when its caller no longer waits', async () => {
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
    expect(await invoke('Missing')).toMatchObject({ ok: false, errorType: 'ResourceNotFoundException' });
    expect(await invoke('Context', 'x'.repeat(7e6))).toMatchObject({
      ok: false,
      errorType: 'RequestTooLargeException',
    });
  });
});
