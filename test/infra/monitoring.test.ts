import { readFileSync } from 'node:fs';
import { METRICS } from '../../lambdas/core/metrics.ts';
import { readConfiguration } from '../../lib/config/cdk-json.ts';
import { ConfigurationError, parseConfiguration } from '../../lib/config/configuration.ts';
import { shown, type Template, type TemplateResource, TWO_SERVERS, templateFor } from './template.ts';

const FIVE_SERVERS = Object.fromEntries(
  Array.from({ length: 5 }, (_, index) => [
    `/mcp${index}`,
    { backend: { kind: 'example' as const }, scopes: { required: ['mcp'] } },
  ]),
);

interface MetricQuery {
  readonly MetricStat?: { readonly Metric: TemplateResource['Properties'] };
}

/** Every metric that a resource names, as `namespace name dimension=value …`. */
const metricsOf = ({ Properties }: TemplateResource): string[] => {
  const found = new Set<string>();
  for (const metric of [
    Properties,
    ...(Properties.Metrics ?? []).map((query: MetricQuery) => query.MetricStat?.Metric),
  ]) {
    if (metric?.MetricName === undefined) continue;
    const dimensions = (metric.Dimensions ?? []).map(
      ({ Name, Value }: { Name: string; Value: unknown }) => `${Name}=${shown(Value)}`,
    );
    found.add([metric.Namespace, metric.MetricName, ...dimensions].join(' '));
  }
  return [...found];
};

const headingsOf = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => /^#+ (.*)$/.exec(line)?.[1] ?? [])
    .map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );

let template: Template;
let largest: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
  largest = await templateFor({
    servers: { '/mcp': null, ...FIVE_SERVERS } as never,
    monitoring: { email: 'ops@example.com', dashboard: true },
  });
}, 90_000);

describe('Alarms', () => {
  it('are at most ten with any number of servers, and each has a topic and a runbook entry', () => {
    const headings = headingsOf('docs/runbook/alarms.md');
    for (const { ofType } of [template, largest]) {
      const alarms = ofType('AWS::CloudWatch::Alarm');
      expect(alarms.length).toBeGreaterThan(0);
      expect(alarms.length).toBeLessThanOrEqual(10);
      const topics = ofType('AWS::SNS::Topic').map(([logicalId]) => `<${logicalId}>`);
      for (const [, { Properties }] of alarms) {
        expect(topics).toHaveLength(1);
        expect([Properties.AlarmActions, Properties.OKActions].map((actions) => actions.map(shown))).toEqual([
          topics,
          topics,
        ]);
        expect(Properties.TreatMissingData).toBe('notBreaching');
        const anchor = /docs\/runbook\/alarms\.md#([a-z0-9-]+)$/.exec(Properties.AlarmDescription)?.[1];
        expect(headings).toContain(anchor);
      }
    }
  });

  it('watch at most ten metrics each, the limit of CloudWatch', () => {
    for (const [, alarm] of largest.ofType('AWS::CloudWatch::Alarm')) {
      expect(metricsOf(alarm).length).toBeGreaterThan(0);
      expect(metricsOf(alarm).length).toBeLessThanOrEqual(10);
    }
    const watched = largest.ofType('AWS::CloudWatch::Alarm').flatMap(([, alarm]) => metricsOf(alarm));
    expect(watched.filter((metric) => metric.startsWith('AWS/ApiGateway 5XXError'))).toHaveLength(6);
  });

  it('watch free metrics, and our own metrics without a dimension for clients or providers', () => {
    const metrics = template.ofType('AWS::CloudWatch::Alarm').flatMap(([, alarm]) => metricsOf(alarm));
    const dimensions = new Set(metrics.flatMap((metric) => [...metric.matchAll(/ (\w+)=/g)].map(([, name]) => name)));
    expect([...dimensions].sort()).toEqual(
      ['ApiName', 'Class', 'FunctionName', 'Resource', 'Service', 'Stack', 'TableName', 'Type'].sort(),
    );
    const own = metrics.filter((metric) => metric.startsWith('Gatehouse '));
    expect(own.map((metric) => metric.split(' ')[1]).sort()).toEqual(
      METRICS.filter((name) => name !== 'LoginsSucceeded' && name !== 'LoginsFailed').sort(),
    );
    expect(METRICS.length).toBeLessThanOrEqual(8);
    expect(new Set(own.map((metric) => metric.split(' ')[2]))).toEqual(new Set(['Stack=Gatehouse']));
  });

  it('#221 watch RSA operations, at 60 % of the current KMS quota', () => {
    const [, alarm] = template.ofType('AWS::CloudWatch::Alarm').find(([id]) => id.includes('SigningNearQuota')) ?? [];
    expect(alarm && metricsOf(alarm)).toEqual([
      'AWS/Usage CallCount Class=None Resource=CryptographicOperationsRsa Service=KMS Type=API',
    ]);
    expect(alarm?.Properties).toMatchObject({
      Threshold: 60,
      Metrics: expect.arrayContaining([
        expect.objectContaining({ Expression: '100 * usage / SERVICE_QUOTA(usage)' }),
        expect.objectContaining({ MetricStat: expect.objectContaining({ Period: 60, Stat: 'Sum' }) }),
      ]),
    });
  });

  it('tell APIs apart by unique names', () => {
    const names = largest.ofType('AWS::ApiGateway::RestApi').map(([, { Properties }]) => Properties.Name);
    expect(new Set(names).size).toBe(6);
    for (const name of names) expect(name).toMatch(/^[ -~]+$/);
  });

  it('need no detailed metrics of API Gateway, which cost money', () => {
    for (const [, { Properties }] of largest.ofType('AWS::ApiGateway::Stage')) {
      for (const setting of Properties.MethodSettings) expect(setting.MetricsEnabled ?? false).toBe(false);
    }
  });
});

describe('The alarm topic', () => {
  it('accepts messages only from alarms of this account, and only over TLS', () => {
    const policies = template.ofType('AWS::SNS::TopicPolicy').map(([, { Properties }]) => Properties.PolicyDocument);
    expect(policies).toHaveLength(1);
    const [deny, allow, ...others] = policies[0].Statement;
    expect(others).toEqual([]);
    expect(deny).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    expect(allow).toMatchObject({
      Effect: 'Allow',
      Action: 'sns:Publish',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
    });
    expect(shown(allow.Condition.StringEquals['aws:SourceAccount'])).toBe('<AWS::AccountId>');
    expect(shown(allow.Condition.ArnLike['aws:SourceArn'])).toBe(
      'arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:*',
    );
  });

  it('has a subscriber if the configuration names one; otherwise an output prints the command', () => {
    expect(template.ofType('AWS::SNS::Subscription')).toEqual([]);
    expect(shown(template.outputs.AlarmTopic?.Value)).toContain('aws sns subscribe');
    expect(largest.ofType('AWS::SNS::Subscription').map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({ Protocol: 'email', Endpoint: 'ops@example.com' }),
    ]);
  });
});

describe('The dashboard', () => {
  it('is off by default, and has fewer than 50 metrics', () => {
    expect(template.ofType('AWS::CloudWatch::Dashboard')).toEqual([]);
    const [[, board] = [undefined, undefined]] = largest.ofType('AWS::CloudWatch::Dashboard');
    const body = JSON.parse(shown(board?.Properties.DashboardBody));
    const metrics = body.widgets.flatMap(
      ({ properties }: { properties: { metrics: unknown[] } }) => properties.metrics,
    );
    expect(metrics.length).toBeGreaterThan(20);
    expect(metrics.length).toBeLessThan(50);
  });
});

describe('Monitoring that is off', () => {
  it('has no alarm, topic, dashboard or metric', async () => {
    const quiet = await templateFor({ monitoring: { alarms: false } });
    for (const type of ['CloudWatch::Alarm', 'CloudWatch::Dashboard', 'SNS::Topic', 'SNS::TopicPolicy']) {
      expect(quiet.ofType(`AWS::${type}`)).toEqual([]);
    }
    expect(quiet.text).not.toContain('GATEHOUSE_METRICS_STACK');
    expect(quiet.outputs.AlarmTopic).toBeUndefined();
  });

  it('refuses an address that would get no mail', () => {
    const monitoring = { alarms: false, email: 'ops@example.com' };
    expect(() => parseConfiguration({ ...(readConfiguration() as object), monitoring })).toThrow(ConfigurationError);
    expect(() => parseConfiguration({ ...(readConfiguration() as object), monitoring })).toThrow(/monitoring\.email/);
  });

  it.each([
    [{ email: 'ops' }, /monitoring\.email: expected an e-mail address/],
    [{ alarms: 'yes' }, /monitoring\.alarms: expected true or false/],
    [{ metrics: true }, /monitoring\.metrics: expected no such key/],
  ])('%j is refused with the key that is wrong', (monitoring, problem) => {
    expect(() => parseConfiguration({ ...(readConfiguration() as object), monitoring })).toThrow(problem);
  });
});

describe('Logs', () => {
  it('#244 every log group expires after a month', () => {
    const groups = largest.ofType('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(20);
    for (const [, { Properties }] of groups) expect(Properties.RetentionInDays).toBe(30);
  });

  it('#234 the access log contains no query strings, headers or addresses', () => {
    for (const [, { Properties }] of largest.ofType('AWS::ApiGateway::Stage')) {
      const format: string = Properties.AccessLogSetting.Format;
      expect(Object.values(JSON.parse(format))).toEqual(expect.arrayContaining(['$context.requestId']));
      expect(format).not.toMatch(/querystring|input\.|header|sourceIp|identity|context\.path\b/i);
    }
  });
});
