import type { ConfigurationInput } from '../../../lib/config/configuration.ts';
import { statementsOf } from '../policies.ts';
import { shown, type Template, templateFor } from '../template.ts';

const RULES = { required: ['mcp'], tools: { 'delete_*': ['mcp:write'] } };
const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:my-mcp-server';

/** The repository's configuration with this server, and no other. */
const withServer = (server: object): Promise<Template> =>
  templateFor({ servers: { '/mcp': null, '/door': server } } as unknown as Partial<ConfigurationInput>);

const inspectorsOf = (template: Template): string[] =>
  template
    .ofType('AWS::Lambda::Function')
    .map(([logicalId]) => logicalId)
    .filter((logicalId) => logicalId.includes('Inspector'));

/** Method, and `proxy` below the path → integration URI, in the API of one server. */
const integrationsOf = (template: Template): Record<string, string> =>
  Object.fromEntries(
    template.ofType('AWS::ApiGateway::Method').flatMap(([logicalId, { Properties }]) => {
      const route = /^GatehouseServer\w*?(proxy)?(POST|GET|DELETE)[0-9A-F]{8}$/.exec(logicalId);
      return route ? [[`${route[2]} ${route[1] ?? ''}`.trim(), shown(Properties.Integration.Uri)] as const] : [];
    }),
  );

describe('Inspector', () => {
  it('handles POST and DELETE for an HTTP backend with rules', async () => {
    const http = { kind: 'http', url: 'https://backend.example.com/mcp' };
    const template = await withServer({ backend: http, scopes: RULES });
    expect(inspectorsOf(template)).toHaveLength(1);
    const integrations = integrationsOf(template);
    for (const route of ['POST', 'POST proxy', 'DELETE', 'DELETE proxy']) {
      expect(integrations[route]).toMatch(
        /<GatehouseServerdoorInspectorFunction\w+\.Arn>\/response-streaming-invocations$/,
      );
    }
    expect(integrations.GET).toBe('https://backend.example.com/mcp');
    expect(integrations['GET proxy']).toBe('https://backend.example.com/mcp/{proxy}');
    const rights = statementsOf(template, inspectorsOf(template)[0] ?? '');
    expect(rights.filter(({ action }) => !action.startsWith('logs:'))).toEqual([]);
  });

  it.each([
    ['no rules', { kind: 'example' }, { required: ['mcp'] }],
    ['a rule family without a rule', { kind: 'example' }, { required: ['mcp'], tools: {} }],
    ['a backend that validates headers', { kind: 'http', url: 'https://b.example.com', validatesHeaders: true }, RULES],
  ])('does not exist with %s', async (_name, backend, scopes) => {
    expect(inspectorsOf(await withServer({ backend, scopes }))).toEqual([]);
  });

  it('is not needed for "challengeScopes": "all", which puts the scopes of every rule into the 401', async () => {
    const scopes = { ...RULES, challengeScopes: 'all' };
    const template = await withServer({ backend: { kind: 'example' }, scopes });
    const [, unauthorized] =
      template
        .ofType('AWS::ApiGateway::GatewayResponse')
        .find(([, { Properties }]) => Properties.ResponseType === 'UNAUTHORIZED') ?? [];
    const challenge = shown(unauthorized?.Properties.ResponseParameters['gatewayresponse.header.WWW-Authenticate']);
    expect(challenge).toMatch(/, scope="mcp mcp:write"'$/);
  });

  // 137 rules take 4,050 bytes, and 4,661 bytes with escaped quotes, which is what Lambda measures.
  it.each([
    [110, 'fit'],
    [137, 'are refused'],
  ])('measures its environment as the JSON that Lambda receives: %i rules %s', async (length, verdict) => {
    const tools = Object.fromEntries(Array.from({ length }, (_, index) => [`tool_${index}`, ['mcp:write']]));
    const deployed = withServer({ backend: { kind: 'example' }, scopes: { required: ['mcp'], tools } });
    if (verdict === 'fit') await deployed;
    else {
      await expect(deployed).rejects.toThrow(
        /4096 bytes of environment, got about 4\d\d\d for the function Inspector\. .*name tools by patterns \(delete_\*\)/,
      );
    }
  });
});

describe('An existing Lambda function as backend', () => {
  const backend = { kind: 'lambda', functionArn: FUNCTION_ARN };

  it('may be invoked by this API only; for another account an output prints the command', async () => {
    const template = await withServer({ backend, scopes: { required: ['mcp'] } });
    expect(integrationsOf(template).POST).toContain(`/functions/${FUNCTION_ARN}/response-streaming-invocations`);
    const permissions = template.resources;
    const own = Object.entries(permissions).filter(([, { Properties }]) => Properties?.FunctionName === FUNCTION_ARN);
    expect(own).toHaveLength(1);
    expect(own[0]?.[1].Properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    });
    expect(shown(own[0]?.[1].Properties.SourceArn)).toMatch(/<GatehouseServerdoorApi\w+>\/\*\/\*\/\*$/);
    const { Conditions: conditions, Resources: withConditions } = JSON.parse(template.text);
    expect(conditions[withConditions[own[0]?.[0] ?? '']?.Condition]).toEqual({
      'Fn::Equals': [{ Ref: 'AWS::AccountId' }, '123456789012'],
    });
    const command = Object.values(template.outputs).find(({ Value }) => shown(Value).includes('add-permission'));
    expect(shown(command?.Value)).toContain(`--function-name ${FUNCTION_ARN}`);
  });

  it('that does not stream is integrated without streaming, unless an inspector stands before it', async () => {
    const buffered = { ...backend, streaming: false };
    const plain = integrationsOf(await withServer({ backend: buffered, scopes: { required: ['mcp'] } }));
    expect(plain.POST).toContain(`/functions/${FUNCTION_ARN}/invocations`);
    const ruled = integrationsOf(await withServer({ backend: buffered, scopes: RULES }));
    expect(ruled.GET).toContain(`/functions/${FUNCTION_ARN}/invocations`);
    expect(ruled.POST).toMatch(/Inspector.*\/response-streaming-invocations$/);
  });

  it('lets the inspector invoke only this function', async () => {
    const template = await withServer({ backend, scopes: RULES });
    const rights = statementsOf(template, inspectorsOf(template)[0] ?? '');
    expect(rights.filter(({ action }) => action.startsWith('lambda:'))).toMatchObject([
      { action: 'lambda:InvokeFunction', resource: FUNCTION_ARN },
    ]);
  });

  it('needs a second command for the inspector if it is in another account', async () => {
    const commandsOf = (template: Template) => {
      const { Outputs: outputs } = JSON.parse(template.text) as { Outputs: Record<string, { Condition?: string }> };
      return Object.entries(template.outputs)
        .filter(([, { Value }]) => shown(Value).includes('add-permission'))
        .map(([id, { Value }]) => [
          shown(Value).match(/--statement-id (.*) --action/)?.[1],
          outputs[id]?.Condition,
          shown(Value),
        ]);
    };
    const [[first, condition] = []] = commandsOf(await withServer({ backend, scopes: { required: ['mcp'] } }));
    const commands = commandsOf(await withServer({ backend, scopes: RULES }));
    expect(commands).toEqual([
      [first, condition, expect.stringMatching(/ --principal apigateway\.amazonaws\.com --source-arn '.+'$/)],
      [
        `${first}-inspector`,
        condition,
        expect.stringMatching(
          / --action lambda:InvokeFunction --principal <GatehouseServerdoorInspectorRole[0-9A-F]{8}\.Arn>$/,
        ),
      ],
    ]);
    expect(condition).toMatch(/OtherAccount/);
  });

  it('needs no command if it is the example server', async () => {
    const template = await withServer({ backend: { kind: 'example' }, scopes: RULES });
    expect(Object.values(template.outputs).filter(({ Value }) => shown(Value).includes('add-permission'))).toEqual([]);
  });
});
