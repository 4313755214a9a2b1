import { merge } from '../../../lib/config/configuration.ts';
import { GOOD, problemsOf } from './good-configuration.ts';

/** Overlay over the good configuration → the only problem that is reported. */
const BAD: readonly (readonly [overlay: unknown, problem: unknown])[] = [
  [
    { servers: { '/mcp': { scopes: { tool: {} } } } },
    'servers./mcp.scopes.tool: expected no such key. Remove it or correct its name',
  ],
  [
    { servers: { '/mcp': { scopes: { tools: { 'delete_*': ['mcp:write'] } } } } },
    'servers./mcp.scopes.tools.delete_*: expected scopes that "scopes" describes, got "mcp:write"',
  ],
  [
    { servers: { '/mcp': { scopes: { prompts: { plan: [] } } } } },
    'servers./mcp.scopes.prompts.plan: expected at least one scope name, got []',
  ],
  ...['https://Example.com', 'https://example.com/', 'https://example.com:443', 'example.com', '*', 'null', ''].map(
    (origin) =>
      [
        { servers: { '/mcp': { allowedOrigins: [origin] } } },
        expect.stringMatching(/^servers\.\/mcp\.allowedOrigins\.0: expected an origin as browsers send it/),
      ] as const,
  ),
  [
    { servers: { '/mcp': { allowedOrigins: [] } } },
    'servers./mcp.allowedOrigins: expected at least one origin, got []',
  ],
  [
    { servers: { '/mcp': { allowedOrigins: Array(61).fill(`https://${'a'.repeat(38)}.com`) } } },
    'servers: expected "allowedOrigins" of at most 3000 characters in all, got 3050',
  ],
  ...[0, -1, 1.5, 100_001, '120', null].map(
    (requestsPerMinute) =>
      [
        { servers: { '/mcp': { rateLimit: { requestsPerMinute } } } },
        expect.stringMatching(
          /^servers\.\/mcp\.rateLimit\.requestsPerMinute: expected a whole number from 1 to 100000/,
        ),
      ] as const,
  ),
  ...['', 'a\u0000b', 'a\nb', 'a\ud800', 'x'.repeat(257)].map(
    (pattern) =>
      [
        { servers: { '/mcp': { scopes: { tools: { [pattern]: ['mcp'] } } } } },
        expect.stringMatching(/^servers\.\/mcp\.scopes\.tools\..*: expected a name in which \* stands for any text/s),
      ] as const,
  ),
  ...['File:///notes/*', 'https://Example.com/*', 'https://example.com/a/../b', 'https://example.com/%7Euser', ''].map(
    (pattern) =>
      [
        { servers: { '/mcp': { scopes: { resources: { [pattern]: ['mcp'] } } } } },
        expect.stringMatching(/^servers\.\/mcp\.scopes\.resources\..*: expected a resource URI in normal form/s),
      ] as const,
  ),
  [
    { servers: { '/mcp': { scopes: { challengeScopes: 'some' } } } },
    'servers./mcp.scopes.challengeScopes: expected "required" or "all", got "some"',
  ],
  [
    { servers: { '/mcp': { backend: { kind: 'http', url: 'https://b.example.com', validatesHeaders: 'yes' } } } },
    'servers./mcp.backend.validatesHeaders: expected true or false, got "yes"',
  ],
  ...['my-function', 'arn:aws:s3:::bucket', 'arn:aws:lambda:eu-west-1:1:function:f', undefined].map(
    (functionArn) =>
      [
        { servers: { '/mcp': { backend: { kind: 'lambda', functionArn } } } },
        expect.stringMatching(/^servers\.\/mcp\.backend\.functionArn: expected the ARN of a Lambda function/),
      ] as const,
  ),
  [{ servers: { '/mcp': null } }, 'servers: expected at least one MCP server, got {}'],
  [{ servers: null }, 'servers: expected an object: path → MCP server, got nothing'],
  [{ servers: [] }, 'servers: expected an object: path → MCP server, got []'],
  [
    { servers: { mcp: { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers.mcp: expected a path of one or two plain segments, such as "/mcp" or "/tools/mcp", got "mcp"',
  ],
  [
    { servers: { '/a/b/c': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers./a/b/c: expected a path of one or two plain segments, such as "/mcp" or "/tools/mcp", got "/a/b/c"',
  ],
  [
    { servers: { '/mcp/': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers./mcp/: expected a path of one or two plain segments, such as "/mcp" or "/tools/mcp", got "/mcp/"',
  ],
  [
    { servers: { '/.well-known': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers./.well-known: expected a path of one or two plain segments, such as "/mcp" or "/tools/mcp", got "/.well-known"',
  ],
  [
    { servers: { '/token': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers./token: expected a path that the authorization server itself does not use, got "/token"',
  ],
  [
    { servers: { '/m.cp': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } } },
    'servers./m.cp: expected a name that differs from the others in letters or digits, got "/m.cp"',
  ],
  [
    { servers: { '/mcp': { backend: { kind: 'ftp' } } } },
    'servers./mcp.backend: expected a backend: {"kind": "example"}, {"kind": "http", "url": "https://…"} or {"kind": "lambda", "functionArn": "arn:…"}, got {"kind":"ftp"}',
  ],
  [
    { servers: { '/mcp': { backend: { kind: 'http' } } } },
    'servers./mcp.backend.url: expected an absolute https:// URL without query, fragment or user (http:// only for localhost), got nothing',
  ],
  ...[
    'http://backend.example.com/mcp',
    'https://user:secret@backend.example.com',
    'https://b.example.com?a=b',
    'b.example.com',
  ].map(
    (url) =>
      [
        { servers: { '/mcp': { backend: { kind: 'http', url } } } },
        `servers./mcp.backend.url: expected an absolute https:// URL without query, fragment or user (http:// only for localhost), got "${url}"`,
      ] as const,
  ),
  [
    { servers: { '/mcp': { scopes: { required: [] } } } },
    'servers./mcp.scopes.required: expected at least one scope name, got []',
  ],
  [
    { servers: { '/mcp': { scopes: { required: ['mcp:write'] } } } },
    'servers./mcp.scopes.required: expected scopes that "scopes" describes, got "mcp:write"',
  ],
  [
    { servers: { '/mcp': { identity: ['phone'] } } },
    'servers./mcp.identity.0: expected "email" or "profile", got "phone"',
  ],
];

describe('Servers in the configuration', () => {
  it.each(BAD)('%j are refused with the key that is wrong', (overlay, problem) => {
    expect(problemsOf(merge(GOOD, overlay))).toEqual([problem]);
  });
});
