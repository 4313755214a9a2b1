import type { ConfigurationInput } from '../../../lib/config/configuration.ts';
import { templateFor } from '../template.ts';
import { methodsOf } from './api-of-template.ts';

const URL = 'https://backend.example.com/mcp';
const scopes = { required: ['mcp'] };
const KEYED: Partial<ConfigurationInput> = {
  servers: { '/mcp': { backend: { kind: 'http', url: URL, headers: { 'x-api-key': 'secret' } }, scopes } },
};
const LIMITED: Partial<ConfigurationInput> = {
  servers: { '/mcp': { backend: { kind: 'http', url: URL }, scopes, rateLimit: { requestsPerMinute: 60 } } },
};

describe('A credential towards an MCP server', () => {
  it('is in one empty secret that outlives the stack, and an output has the command that fills it', async () => {
    const { ofType, outputs } = await templateFor(KEYED);
    const [[secretId, secret] = ['', undefined], ...others] = ofType('AWS::SecretsManager::Secret').filter(([id]) =>
      id.startsWith('GatehouseSecretsServermcp'),
    );
    expect(others).toEqual([]);
    expect(secret?.Properties).not.toHaveProperty('SecretString');
    expect(secret?.Properties).not.toHaveProperty('GenerateSecretString');
    expect(secret?.DeletionPolicy).toBe('RetainExceptOnCreate');
    const command = JSON.stringify(outputs.HeadersCommandMcp?.Value);
    expect(command).toContain(secretId);
    expect(command).toContain('put-secret-value');
    expect(command).toContain('x-api-key');
  });

  it('is read by the inspector of that server alone, through which every method goes', async () => {
    const template = await templateFor(KEYED);
    const [secretId] = template.ofType('AWS::SecretsManager::Secret').find(([id]) => id.includes('Servermcp')) ?? [];
    const readers = template
      .ofType('AWS::IAM::Policy')
      .filter(([, { Properties }]) => JSON.stringify(Properties.PolicyDocument).includes(`"${secretId}"`));
    expect(readers.map(([id]) => id)).toEqual([expect.stringMatching(/^GatehouseServermcpInspector/)]);
    const methods = Object.entries(methodsOf(template, 'Servermcp')).filter(([name]) => !name.startsWith('OPTIONS'));
    for (const [, { Properties }] of methods) {
      expect(JSON.stringify(Properties.Integration.Uri)).toContain('GatehouseServermcpInspector');
    }
  });

  it('without "headers", GET goes straight to the server', async () => {
    const methods = methodsOf(await templateFor(LIMITED), 'Servermcp');
    expect(methods['GET /mcp']?.Properties.Integration.Uri).toBe(URL);
  });
});
