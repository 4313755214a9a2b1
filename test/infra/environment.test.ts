import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BUNDLE_DIRECTORY } from '../../lib/bundles.ts';
import { ConfigurationError } from '../../lib/config.ts';
import { shown, type Template, TWO_SERVERS, templateFor } from './template.ts';

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
  'keys',
  'people',
  'protected-resource-metadata',
  'register',
  'revoke',
  'token',
  'userinfo',
  'welcome',
];

/** Starts a bundle as Lambda does, with the given environment, and prints which of our variables it reads. */
const COLD_START = `
  const read = new Set();
  process.env = new Proxy(process.env, { get: (target, name) => { read.add(name); return target[name]; } });
  globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream: { from: (stream) => stream } };
  const { handler } = await import(process.argv[1]);
  if (typeof handler !== 'function') throw new Error('exports no handler');
  console.log(JSON.stringify([...read].filter((name) => String(name).startsWith('GATEHOUSE_')).sort()));
`;

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

const environmentOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(template.functionOf(folder)[1].Properties.Environment?.Variables ?? {}).map(([name, value]) => [
      name,
      shown(value),
    ]),
  );

describe('Environment of the functions', () => {
  it.each(FOLDERS)('%s starts with what the stack gives it, and reads all of it', async (folder) => {
    const environment = environmentOf(folder);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', COLD_START, join(BUNDLE_DIRECTORY, folder, 'index.mjs')],
      {
        env: {
          ...environment,
          AWS_REGION: 'eu-central-1',
          AWS_ACCESS_KEY_ID: 'id',
          AWS_SECRET_ACCESS_KEY: 'key',
          AWS_SESSION_TOKEN: 'token',
        },
      },
    );
    expect(JSON.parse(stdout)).toEqual(Object.keys(environment).sort());
  });

  it('has the shapes that lambdas/shared/config.ts reads', () => {
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

  it('names the issuer as the distribution does, never as a stage', () => {
    expect(environmentOf('token').GATEHOUSE_ISSUER).toMatch(
      /^https:\/\/<GatehouseFrontDoorDistribution[0-9A-F]{8}\.DomainName>$/,
    );
    expect(template.text).not.toContain('execute-api.amazonaws.com');
  });

  it('holds no secret', () => {
    for (const folder of FOLDERS) expect(JSON.stringify(environmentOf(folder))).not.toMatch(/resolve:secretsmanager/);
  });

  it('is refused when it would not fit into 4 KB, by the name of what to shorten', async () => {
    const emails = Array.from({ length: 200 }, (_, index) => `person-${index}@example.com`);
    await expect(templateFor({ access: { emails } })).rejects.toThrow(ConfigurationError);
    await expect(templateFor({ access: { emails } })).rejects.toThrow(
      /fit into 4096 bytes of environment, got about \d+ for the function Callback\. Shorten descriptions/,
    );
  });
});
