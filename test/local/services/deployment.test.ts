import type { FunctionLog } from '../../../tools/local/cloud/lambda/execution-environment.ts';
import { startServices } from '../../../tools/local/cloud/services/index.ts';
import { parseSchedule } from '../../../tools/local/cloud/services/schedule.ts';
import {
  customResource,
  functionArn,
  lambda,
  permission,
  rule,
  templateOf,
  temporaryFolder,
} from '../services-fixture.ts';

/** Answers CloudFormation as the event's properties say. */
const PROVIDER = `
  export const handler = async (event) => {
    console.log(JSON.stringify(event));
    const { StackId, RequestId, LogicalResourceId, ResourceProperties } = event;
    const { answer = 'SUCCESS', reason, omit } = ResourceProperties;
    if (answer === 'throw') throw new Error('KMS said no');
    if (answer === 'none') return;
    const body = { Status: answer, Reason: reason, PhysicalResourceId: 'thing-1', StackId, RequestId, LogicalResourceId };
    delete body[omit];
    const text = answer === 'garbage' ? 'not JSON' : answer === 'large' ? 'x'.repeat(5000) : JSON.stringify(body);
    await fetch(event.ResponseURL, { method: 'PUT', body: text });
  };`;

const withThing = (properties: Record<string, unknown>) => {
  const assembly = temporaryFolder();
  return templateOf(assembly, lambda(assembly, 'Provider', PROVIDER), customResource('Thing', 'Provider', properties));
};

describe('custom resources', () => {
  it('are created, updated when their properties change, and left alone otherwise', async () => {
    const dataDir = temporaryFolder();
    const deploy = async (properties: Record<string, unknown>) => {
      const logs: FunctionLog[] = [];
      const steps: string[] = [];
      const options = {
        dataDir,
        onLog: (log: FunctionLog) => void logs.push(log),
        onStep: (step: string) => void steps.push(step),
      };
      await (await startServices(withThing(properties), options)).close();
      return { events: logs.map((log) => JSON.parse(log.text)), steps };
    };
    const created = await deploy({ count: 1, nested: { yes: true } });
    expect(created.events).toEqual([
      {
        RequestType: 'Create',
        ServiceToken: functionArn('Provider'),
        ResponseURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]{36}$/),
        StackId: expect.stringMatching(/^arn:aws:cloudformation:/),
        RequestId: expect.any(String),
        ResourceType: 'Custom::Thing',
        LogicalResourceId: 'Thing',
        ResourceProperties: { ServiceToken: functionArn('Provider'), count: '1', nested: { yes: 'true' } },
      },
    ]);
    expect(created.steps).toContain('Creating Thing (Custom::Thing)…');
    expect((await deploy({ count: 1, nested: { yes: true } })).events).toEqual([]);
    const [updated] = (await deploy({ count: 2 })).events;
    expect(updated).toMatchObject({
      RequestType: 'Update',
      PhysicalResourceId: 'thing-1',
      OldResourceProperties: { count: '1' },
      ResourceProperties: { count: '2' },
    });
  });

  it.each([
    [{ answer: 'FAILED', reason: 'no quota left' }, 'Thing (Custom::Thing) failed: no quota left'],
    [{ answer: 'throw' }, 'its function failed (KMS said no) without an answer to ResponseURL'],
    [{ answer: 'none' }, 'its function ended without an answer to ResponseURL'],
    [{ answer: 'garbage' }, 'answered ResponseURL badly'],
    [{ answer: 'large' }, 'at most 4096'],
    [{ answer: 'DONE' }, 'Status must be SUCCESS or FAILED'],
    [{ omit: 'RequestId' }, "must repeat the event's RequestId"],
    [{ omit: 'PhysicalResourceId' }, 'must name a PhysicalResourceId'],
  ])('that fail stop the start and give the reason: %j', async (properties, message) => {
    await expect(startServices(withThing(properties))).rejects.toThrow(message);
  });

  it('that failed are created again at the next start', async () => {
    const dataDir = temporaryFolder();
    await expect(startServices(withThing({ answer: 'FAILED' }), { dataDir })).rejects.toThrow('Thing');
    const logs: FunctionLog[] = [];
    await (await startServices(withThing({}), { dataDir, onLog: (log) => void logs.push(log) })).close();
    expect(logs.map((log) => JSON.parse(log.text).RequestType)).toEqual(['Create']);
  });
});

describe('scheduled rules', () => {
  const RULE_ARN = 'arn:aws:events:us-east-1:000000000000:rule/Daily';
  const start = (...more: Parameters<typeof templateOf>[1][]) => {
    const assembly = temporaryFolder();
    const logs: FunctionLog[] = [];
    const target = lambda(
      assembly,
      'Target',
      'export const handler = async (event) => console.log(JSON.stringify(event));',
    );
    const template = templateOf(assembly, target, ...more);
    return startServices(template, { onLog: (log) => void logs.push(log) }).then((services) => ({ services, logs }));
  };

  it('can be run at once, with the event that EventBridge sends', async () => {
    const daily = rule('Daily', 'rate(1 day)', 'Target');
    const { services, logs } = await start(daily, permission('Target', 'events.amazonaws.com', RULE_ARN));
    await services.events.runNow('Daily');
    await expect(services.events.runNow('Nightly')).rejects.toThrow('no rule Nightly');
    await services.close();
    expect(logs.map((log) => JSON.parse(log.text))).toEqual([
      expect.objectContaining({
        source: 'aws.events',
        'detail-type': 'Scheduled Event',
        resources: [RULE_ARN],
        detail: {},
      }),
    ]);
  });

  it('need the permission to invoke their target', async () => {
    const { services } = await start(rule('Daily', 'rate(1 day)', 'Target'));
    await expect(services.events.runNow('Daily')).rejects.toThrow(
      'no AWS::Lambda::Permission lets events.amazonaws.com',
    );
    await services.close();
  });

  it('that the local cloud cannot run stop the start, and are named', async () => {
    await expect(start(rule('Daily', 'cron(0 3 L * ? *)', 'Target'))).rejects.toThrow(
      'Daily: schedule cron(0 3 L * ? *)',
    );
    await expect(start(rule('Daily', 'rate(0 days)', 'Target'))).rejects.toThrow('Daily: schedule rate(0 days)');
    const pattern = rule('Daily', 'rate(1 day)', 'Target', { EventPattern: { source: ['x'] } });
    await expect(start(pattern)).rejects.toThrow('Daily: the local cloud runs rules with a ScheduleExpression only');
  });

  it.each([
    ['rate(1 day)', '2026-11-22T10:15:30.000Z'],
    ['rate(5 minutes)', '2026-11-21T10:20:30.000Z'],
    ['cron(0 3 * * ? *)', '2026-11-22T03:00:00.000Z'],
    ['cron(15 10 * * ? *)', '2026-11-22T10:15:00.000Z'],
    ['cron(16 10 * * ? *)', '2026-11-21T10:16:00.000Z'],
    ['cron(0/20 * * * ? *)', '2026-11-21T10:20:00.000Z'],
    ['cron(5,30 8-9 1 1,7 ? *)', '2027-01-01T08:05:00.000Z'],
    // 2026-11-21 is a Saturday; 2 is Monday.
    ['cron(0 12 ? * 2-6 *)', '2026-11-23T12:00:00.000Z'],
    ['cron(0 0 29 2 ? *)', '2028-02-29T00:00:00.000Z'],
  ])('%s runs next at %s', (expression, expected) => {
    const next = parseSchedule(expression)(Date.parse('2026-11-21T10:15:30Z'));
    expect(new Date(next).toISOString()).toBe(expected);
  });
});
