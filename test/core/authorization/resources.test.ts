import { canonicalResource, resolveResource } from '../../../lambdas/core/authorization/resources.ts';
import { OAuthError } from '../../../lambdas/core/oauth-error.ts';

const MCP = 'https://gate.example.com/mcp';
const OTHER = 'https://gate.example.com/other';

describe('Resource indicators (RFC 8707 §2)', () => {
  it.each([MCP, `${MCP}/`, 'HTTPS://Gate.Example.COM/mcp', 'https://gate.example.com:443/mcp'])(
    'takes %s for the resource',
    (requested) => expect(resolveResource([requested], [MCP, OTHER])).toBe(MCP),
  );

  it.each([
    'https://other.test/mcp',
    'https://gate.example.com/MCP',
    'https://gate.example.com/mcp/x',
    'https://gate.example.com:444',
    'http://gate.example.com',
    'https://gate.example.com//',
    'https://gate.example.com?',
    'http://gate.example.com/mcp',
    'https://gate.example.com/mcp?x=1',
    'https://gate.example.com/mcp#x',
    'https://gate.example.com/mcp?',
    'https://u@gate.example.com/mcp',
    'https://gate.example.com\\mcp',
    'https://gate.example.com/ mcp',
    '/mcp',
    'urn:mcp',
    'constructor',
  ])('#71 refuses %s with invalid_target', (requested) => {
    expect(() => resolveResource([requested], [MCP])).toThrow(expect.objectContaining({ code: 'invalid_target' }));
  });

  it('defaults to the sole resource, and has no default with several', () => {
    expect(resolveResource([], [MCP])).toBe(MCP);
    expect(() => resolveResource([], [MCP, OTHER])).toThrow(OAuthError);
  });

  it.each(['https://gate.example.com', 'https://gate.example.com/', 'HTTPS://Gate.Example.com:443'])(
    'A35 (RFC 8707 §2): the bare origin %s means the sole server, and none of several',
    (origin) => {
      expect(resolveResource([origin], [MCP])).toBe(MCP);
      expect(resolveResource([origin, `${origin}`], [MCP])).toBe(MCP);
      expect(() => resolveResource([origin], [MCP, OTHER])).toThrow(
        expect.objectContaining({ code: 'invalid_target' }),
      );
      expect(() => resolveResource([origin, MCP], [MCP])).toThrow(expect.objectContaining({ code: 'invalid_target' }));
    },
  );

  it('#73 accepts one resource, even repeated; two are invalid_target', () => {
    expect(resolveResource([MCP, `${MCP}/`], [MCP])).toBe(MCP);
    expect(() => resolveResource([MCP, OTHER], [MCP, OTHER])).toThrow(
      expect.objectContaining({ code: 'invalid_target' }),
    );
  });

  it('compares paths case-sensitively', () =>
    expect(canonicalResource('https://A.test/Path/')).toBe('https://a.test/Path'));
});
