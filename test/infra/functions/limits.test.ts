import type { ConfigurationInput } from '../../../lib/config/configuration.ts';
import { statementsOf } from '../policies.ts';
import { type Template, TWO_SERVERS, templateFor } from '../template.ts';

const reservedIn = (template: Template): Record<string, number> =>
  Object.fromEntries(
    template
      .ofType('AWS::Lambda::Function')
      .flatMap(([logicalId, { Properties }]) =>
        Properties.ReservedConcurrentExecutions === undefined
          ? []
          : [[logicalId.replace(/Function[0-9A-F]{8}$/, ''), Properties.ReservedConcurrentExecutions]],
      ),
  );

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

describe('Reserved concurrency (#222)', () => {
  it('is off by default, because new accounts have too little concurrency', () => {
    expect(reservedIn(template)).toEqual({});
  });

  it('reserves executions for /token and the authorizer only', async () => {
    const reserved = await templateFor({ ...TWO_SERVERS, reservedConcurrency: { token: 20, authorizer: 50 } });
    expect(reservedIn(reserved)).toEqual({ GatehouseEndpointsToken: 20, GatehouseAuthorizer: 50 });
  });
});

describe('Throttles', () => {
  it('a flood of /register affects neither /token nor the servers, because each route has its own limit (#222)', () => {
    const limits = new Map<string, { perSecond: number; burst: number }>();
    for (const [logicalId, { Properties }] of template.ofType('AWS::ApiGateway::Stage')) {
      for (const setting of Properties.MethodSettings) {
        const api = logicalId.startsWith('GatehouseAuthorizationServer') ? '' : logicalId;
        limits.set(`${api}${setting.HttpMethod} ${setting.ResourcePath}`, {
          perSecond: setting.ThrottlingRateLimit,
          burst: setting.ThrottlingBurstLimit,
        });
      }
    }
    const of = (route: string) => limits.get(route) ?? { perSecond: Number.NaN, burst: Number.NaN };
    expect(of('POST /~1register')).toEqual({ perSecond: 50, burst: 100 });
    expect(of('POST /~1token')).toEqual({ perSecond: 800, burst: 1250 });
    // Everything that callers without a token can send to the authorization server in one second.
    const others = ['POST /~1register', 'GET /~1authorize', 'POST /~1consent', 'GET /~1callback~1{idp}'];
    const sum = others.reduce((total, route) => total + of(route).perSecond, 0);
    expect(sum).toBeLessThan(of('POST /~1token').perSecond);
    // Each server has its own stage.
    const servers = [...limits].filter(([route]) => /^GatehouseServer.*\* \/\*$/.test(route));
    expect(servers).toHaveLength(2);
    for (const [, limit] of servers) expect(limit).toEqual({ perSecond: 1000, burst: 1250 });
  });

  it('B6: no limit exceeds what thirteen regions allow an account: 2,500 a second and a burst of 1,250', () => {
    const all = template.ofType('AWS::ApiGateway::Stage').flatMap(([, { Properties }]) => Properties.MethodSettings);
    expect(all.length).toBeGreaterThan(20);
    for (const { ThrottlingRateLimit, ThrottlingBurstLimit } of all) {
      expect(ThrottlingRateLimit).toBeLessThanOrEqual(2500);
      expect(ThrottlingBurstLimit).toBeLessThanOrEqual(1250);
    }
  });
});

describe('A flood of /authorize (#240)', () => {
  it('leaves no rows, because its function may write to no table', () => {
    const rights = statementsOf(template, template.functionOf('authorize')[0]).map(({ action }) => action);
    expect(rights.filter((action) => action.startsWith('dynamodb:'))).toEqual(['dynamodb:GetItem']);
  });
});

describe('A rate limit of a server', () => {
  const limited = (server: object): Promise<Template> =>
    templateFor({
      servers: { '/mcp': null, '/limited': server },
    } as unknown as Partial<ConfigurationInput>);
  const http = { kind: 'http', url: 'https://backend.example.com/mcp' };

  it.each([
    ['an HTTP backend without rules', { backend: http }],
    ['one that validates headers itself', { backend: { ...http, validatesHeaders: true } }],
  ])('adds an inspector for %s, which may only count', async (_what, server) => {
    const template = await limited({
      ...server,
      scopes: { required: ['mcp'] },
      rateLimit: { requestsPerMinute: 120 },
    });
    const [[inspector, { Properties }] = ['', { Properties: {} }]] = template
      .ofType('AWS::Lambda::Function')
      .filter(([logicalId]) => logicalId.includes('Inspector'));
    const { GATEHOUSE_INSPECTED_SERVER: settings, GATEHOUSE_COUNTERS_TABLE: table } = Properties.Environment.Variables;
    expect(JSON.parse(settings)).toMatchObject({ rules: {}, requestsPerMinute: 120 });
    expect(table).toEqual({ Ref: expect.stringMatching(/^GatehouseTablesCounters/) });
    const rights = statementsOf(template, inspector).filter(({ action }) => !action.startsWith('logs:'));
    expect(rights).toEqual([
      {
        action: 'dynamodb:UpdateItem',
        resource: expect.stringMatching(/^<GatehouseTablesCounters/),
        condition: undefined,
      },
    ]);
  });

  it('gives an inspector no right to a table if it is left out', async () => {
    const template = await limited({ backend: http, scopes: { required: ['mcp'], tools: { x: ['mcp:write'] } } });
    const [[inspector] = ['']] = template
      .ofType('AWS::Lambda::Function')
      .filter(([logicalId]) => logicalId.includes('Inspector'));
    expect(statementsOf(template, inspector).filter(({ action }) => !action.startsWith('logs:'))).toEqual([]);
  });
});

describe('The table of counters', () => {
  it('expires its rows, and is deleted with the stack', () => {
    const [table] = template.ofType('AWS::DynamoDB::Table').filter(([logicalId]) => logicalId.includes('Counters'));
    expect(table?.[1]).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'counterId', KeyType: 'HASH' }],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      },
    });
  });
});
