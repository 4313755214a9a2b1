import { ConfigurationError } from '../../../lib/config/configuration.ts';
import { coldStart, variablesOf } from '../cold-start.ts';
import { type Template, TWO_SERVERS, templateFor } from '../template.ts';

const FOLDERS = [
  'authorization-server-metadata',
  'authorize',
  'authorizer',
  'callback',
  'client-configuration',
  'connections',
  'consent',
  'example-mcp-server',
  'health',
  'inspector',
  'introspect',
  'jwks',
  'key-ring',
  'privacy',
  'protected-resource-metadata',
  'register',
  'revoke',
  'token',
  'userinfo',
  'welcome',
];

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

const environmentOf = (folder: string) => variablesOf(template, folder);

describe('Environment of the functions', () => {
  it.each(FOLDERS)('%s starts with its settings from the stack, and reads all of them', async (folder) => {
    const { read, given } = await coldStart(template, folder);
    expect(read).toEqual(given);
  });

  it('has the shapes that lambdas/core/settings.ts declares', () => {
    expect(JSON.parse(environmentOf('authorizer').GATEHOUSE_SERVERS ?? '')).toEqual({
      '/mcp': { requiredScopes: ['mcp'], rules: { tools: { danger_reset: ['mcp:write'] } }, validatesHeaders: false },
      '/tools/mcp': { requiredScopes: ['mcp', 'email', 'profile'] },
    });
    expect(JSON.parse(environmentOf('authorizer').GATEHOUSE_SCOPES ?? '')).toEqual({
      mcp: { implies: [] },
      'mcp:write': { implies: ['mcp'] },
      email: { implies: [] },
      profile: { implies: [] },
    });
    expect(JSON.parse(environmentOf('authorize').GATEHOUSE_SCOPES ?? '')).toEqual({
      mcp: { description: 'Use the tools of this server', implies: [] },
      'mcp:write': { description: 'Change data', implies: ['mcp'] },
      email: { implies: [] },
      profile: { implies: [] },
    });
    expect(JSON.parse(environmentOf('authorize').GATEHOUSE_SERVERS ?? '')).toHaveProperty('/mcp', {
      name: 'Example MCP server',
      requiredScopes: ['mcp'],
    });
    expect(JSON.parse(environmentOf('inspector').GATEHOUSE_INSPECTED_SERVER ?? '')).toEqual({
      path: '/mcp',
      requiredScopes: ['mcp'],
      rules: { tools: { danger_reset: ['mcp:write'] } },
      backend: { kind: 'lambda', functionArn: expect.stringMatching(/^<GatehouseExampleServerFunction\w+\.Arn>$/) },
    });
    expect(Object.values(JSON.parse(environmentOf('authorizer').GATEHOUSE_PROTECTED_RESOURCES ?? ''))).toEqual([
      '/mcp',
      '/tools/mcp',
    ]);
    expect(JSON.parse(environmentOf('callback').GATEHOUSE_IDENTITY_PROVIDERS ?? '')).toEqual({
      company: {
        kind: 'oidc',
        issuer: 'https://login.example.com',
        displayName: 'Example login',
        secretId: expect.stringMatching(/^<GatehouseSecretsProvidercompany/),
      },
      partner: expect.objectContaining({ issuer: 'https://partner.example.com/', displayName: 'partner.example.com' }),
    });
  });

  it("contains the distribution's domain as issuer, never a stage", () => {
    expect(environmentOf('token').GATEHOUSE_ISSUER).toMatch(
      /^https:\/\/<GatehouseFrontDoorDistribution[0-9A-F]{8}\.DomainName>$/,
    );
    expect(template.text).not.toContain('execute-api.amazonaws.com');
  });

  it('A32: tells the example server the origins that it must check, if the configuration has any', async () => {
    expect(environmentOf('example-mcp-server')).not.toHaveProperty('GATEHOUSE_EXAMPLE_ORIGINS');
    const allowedOrigins = ['https://app.example.com'];
    const server = { backend: { kind: 'example' as const }, scopes: { required: ['mcp'] }, allowedOrigins };
    const closed = await templateFor({ servers: { '/mcp': server } });
    expect(variablesOf(closed, 'example-mcp-server').GATEHOUSE_EXAMPLE_ORIGINS).toBe(
      JSON.stringify({ '/mcp': allowedOrigins }),
    );
    const [[, edge] = []] = closed.ofType('AWS::CloudFront::Function');
    expect(edge?.Properties.FunctionCode).toContain('"allowedOrigins":["https://app.example.com"]');
  });

  it('contains no secret', () => {
    for (const folder of FOLDERS) expect(JSON.stringify(environmentOf(folder))).not.toMatch(/resolve:secretsmanager/);
  });

  it('has room for seven rechecked providers at /token', async () => {
    const provider = { kind: 'oidc' as const, issuer: 'https://login.example.com/realms/one', recheck: true };
    const identityProviders = Object.fromEntries(
      Array.from({ length: 7 }, (_, index) => [`company-${index}`, provider]),
    );
    await templateFor({ identityProviders });
  });

  it('is refused if it exceeds 4 KB, with a message that says what to shorten', async () => {
    const emails = Array.from({ length: 200 }, (_, index) => `person-${index}@example.com`);
    await expect(templateFor({ access: { emails } })).rejects.toThrow(ConfigurationError);
    await expect(templateFor({ access: { emails } })).rejects.toThrow(
      /fit into 4096 bytes of environment, got about \d+ for the function Callback\. Shorten descriptions/,
    );
  });
});
