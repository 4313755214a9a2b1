import type { ConfigurationInput } from '../../../lib/config/configuration.ts';
import { MAX_SERVERS } from '../../../lib/config/rules.ts';
import { templateFor } from '../template.ts';

// CloudFormation's quotas for one template.
const MAX_RESOURCES = 500;
const MAX_TEMPLATE_BYTES = 1_000_000;

describe('The largest stack that the configuration allows', () => {
  const serversWith = (backend: object) =>
    Object.fromEntries(
      Array.from({ length: MAX_SERVERS }, (_, n) => [
        n === 0 ? '/mcp' : `/tools-${n}/mcp`,
        { backend, scopes: { required: ['mcp'], tools: { 'delete_*': ['mcp:write'] } } },
      ]),
    );

  it.each<[string, object]>([
    ['example servers', { kind: 'example' }],
    [
      'servers that get a credential',
      { kind: 'http', url: 'https://mcp.example.com/mcp', headers: { 'x-api-key': 'secret' } },
    ],
  ])(
    'of %s fits into one CloudFormation template',
    async (_, backend) => {
      const template = await templateFor({
        servers: serversWith(backend),
        identityProviders: { pool: { kind: 'cognito', recheck: true } },
        monitoring: { dashboard: true, email: 'ops@example.com' },
        rememberConsent: true,
      } as Partial<ConfigurationInput>);
      expect(template.ofType('AWS::ApiGateway::RestApi')).toHaveLength(MAX_SERVERS + 1);
      expect(Object.keys(template.resources).length).toBeLessThanOrEqual(MAX_RESOURCES);
      expect(Buffer.byteLength(template.text)).toBeLessThan(MAX_TEMPLATE_BYTES);
    },
    60_000,
  );
});
