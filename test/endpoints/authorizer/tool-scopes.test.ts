import { startAuthorizer, tokenFor } from '../../support/memory/authorizer-harness.ts';
import { ISSUER } from '../../support/memory/records.ts';

describe('Scopes per tool (MCP authorization, "Scope Challenge Handling")', () => {
  const CURRENT = { 'MCP-Protocol-Version': ['2026-07-28'] };
  const callTool = (name: string) => ({ ...CURRENT, 'Mcp-Method': ['tools/call'], 'Mcp-Name': [name] });

  const decide = async (
    headers: Record<string, string[]>,
    {
      path = '/ruled',
      scopes = ['mcp'],
      httpMethod = 'POST',
    }: { path?: string; scopes?: string[]; httpMethod?: string } = {},
  ): Promise<string> => {
    const token = tokenFor({ resource: `${ISSUER}${path}` }, scopes);
    const apiId = path === '/ruled' ? 'api3' : 'api4';
    const answer = await startAuthorizer().call(
      { ...headers, authorization: [`Bearer ${token}`] },
      { apiId, httpMethod },
    );
    const challenge = /scope="([^"]*)"/.exec(String(answer.context?.challenge ?? ''))?.[1];
    return challenge ?? String(answer.policyDocument.Statement[0]?.Effect);
  };

  it('one challenge names every scope of the operation, before the backend is touched', async () => {
    expect(await decide(callTool('delete_all'))).toBe('mcp mcp:write');
    expect(await decide(callTool(`=?base64?${Buffer.from('delete_all').toString('base64')}?=`))).toBe('mcp mcp:write');
    expect(await decide({ ...CURRENT, 'Mcp-Method': ['prompts/get'], 'Mcp-Name': ['plan'] })).toBe('mcp mcp:plan');
  });

  it('allows a token with these scopes, and every other operation', async () => {
    expect(await decide(callTool('delete_all'), { scopes: ['mcp:write'] })).toBe('Allow');
    expect(await decide(callTool('list_all'))).toBe('Allow');
    expect(await decide({ ...CURRENT, 'Mcp-Method': ['tools/list'] })).toBe('Allow');
    for (const httpMethod of ['GET', 'DELETE']) expect(await decide({}, { httpMethod })).toBe('Allow');
  });

  it.each<[string, Record<string, string[]>]>([
    ['an older revision', { ...callTool('delete_all'), 'MCP-Protocol-Version': ['2025-11-25'] }],
    ['no headers at all', {}],
    ['Mcp-Name twice', { ...callTool('delete_all'), 'mcp-name': ['list_all'] }],
    ['Mcp-Method twice', { ...callTool('list_all'), 'Mcp-Method': ['tools/list', 'tools/call'] }],
  ])('%s: the inspector decides; without one, every scope of the rules is needed', async (_name, headers) => {
    expect(await decide(headers)).toBe('Allow');
    expect(await decide(headers, { scopes: [] })).toBe('mcp');
    expect(await decide(headers, { path: '/trusted' })).toBe('mcp mcp:write mcp:plan');
    expect(await decide(headers, { path: '/trusted', scopes: ['mcp:write', 'mcp:plan'] })).toBe('Allow');
  });
});
