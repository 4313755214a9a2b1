import { closeServers, refusal, startServer } from '../../support/backends/inspector-backends.ts';
import { AUTHORIZER_CONTEXT, call, inspectorWith, postEvent } from '../../support/backends/inspector-fixture.ts';

afterEach(closeServers);

const CURRENT = { 'MCP-Protocol-Version': '2026-07-28' };

describe('The inspector: scopes by body (#121)', () => {
  it('answers 403 with every scope of the operation, also in the body', async () => {
    const { status, headers, body, logged } = await refusal(postEvent(call('danger_reset'), { headers: CURRENT }));
    expect(status).toBe(403);
    expect(body).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: {
        code: -32000,
        message: expect.stringContaining('mcp admin'),
        data: {
          error: 'insufficient_scope',
          scope: 'mcp admin',
          resource_metadata: 'https://door.example/.well-known/oauth-protected-resource/mcp',
          request_id: 'request-1',
          error_description: expect.any(String),
        },
      },
    });
    expect(headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="mcp admin", ' +
        'resource_metadata="https://door.example/.well-known/oauth-protected-resource/mcp", ' +
        'error_description="This operation needs scopes that the access token does not have."',
    );
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'access-control-allow-origin': '*' });
    expect(logged).toEqual([{ event: 'request_refused', fields: expect.objectContaining({ status: 403 }) }]);
  });

  it.each([
    ['false headers', { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'ping' }, 400],
    ['no headers, as from older clients', {}, 200],
    [
      'true headers',
      { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'delete_user' },
      403,
    ],
  ])('refuses a call of a tool with a rule, with %s', async (_, headers, status) => {
    const refused = await refusal(postEvent(call('delete_user'), { headers }));
    expect([refused.status, refused.body.error.code]).toEqual([status, status === 400 ? -32020 : -32000]);
  });

  it('refuses a tool call by a notification too', async () => {
    const { id: _, ...notification } = call('delete_user');
    expect((await refusal(postEvent(notification, { headers: CURRENT }))).status).toBe(403);
  });

  it('accepts implied scopes, and needs only the required ones for responses, lists and handshakes', async () => {
    const { backend } = await startServer((_request, response) => response.writeHead(202).end());
    const { send } = inspectorWith(backend);
    const writer = { authorizer: { ...AUTHORIZER_CONTEXT, scopes: 'admin' } };
    const events = [
      postEvent(call('danger_reset'), writer),
      postEvent(call('delete_user'), writer),
      postEvent(call('echo')),
      postEvent({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }),
      postEvent({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      postEvent({ jsonrpc: '2.0', method: 'notifications/initialized' }),
      postEvent({ jsonrpc: '2.0', id: 1, result: { roots: [] } }),
    ];
    for (const event of events) {
      const { reply, done } = send(event);
      await done;
      expect(reply.head?.statusCode).toBe(202);
    }
  });

  it('refuses requests that did not pass the authorizer, as a server fault', async () => {
    for (const authorizer of [null, {}, { ...AUTHORIZER_CONTEXT, scopes: '' }]) {
      const { status, body, logged } = await refusal(postEvent(call('echo'), { authorizer: authorizer as never }));
      expect(status).toBe(500);
      expect(body.error.message).not.toContain('authorizer');
      expect(logged[0]?.fields.detail).toContain("in the authorizer's context");
    }
    expect(
      (await refusal(postEvent(call('echo'), { headers: CURRENT, authorizer: { ...AUTHORIZER_CONTEXT, scopes: '-' } })))
        .status,
    ).toBe(403);
  });
});

describe('A31: a refusal and the session of the client', () => {
  const OLDER = [
    {},
    ...['2025-03-26', '2025-06-18', '2025-11-25', 'draft'].map((v) => ({ 'MCP-Protocol-Version': v })),
  ];

  it.each(OLDER)('%j: a refused request is a JSON-RPC error with status 200 and no challenge', async (headers) => {
    const { status, headers: sent, body, logged } = await refusal(postEvent(call('danger_reset'), { headers }));
    expect(status).toBe(200);
    expect(sent).toMatchObject({ 'content-type': 'application/json', 'access-control-allow-origin': '*' });
    expect(sent).not.toHaveProperty('www-authenticate');
    expect(body).toMatchObject({ id: 7, error: { data: { error: 'insufficient_scope', scope: 'mcp admin' } } });
    expect(logged).toEqual([{ event: 'request_refused', fields: expect.objectContaining({ status: 403 }) }]);
  });

  it.each(OLDER)('%j: so is a request whose parameters are invalid', async (headers) => {
    const { status, body } = await refusal(postEvent(call('echo\n'), { headers }));
    expect([status, body.id, body.error.code]).toEqual([200, 7, -32602]);
  });

  it('a refused notification is 202 without a body, because JSON-RPC has no error for it (JSON-RPC 2.0 §4.1)', async () => {
    const { id: _, ...notification } = call('delete_user');
    const { status, text } = await refusal(postEvent(notification));
    expect([status, text]).toEqual([202, '']);
  });

  it.each<[string, unknown, number]>([
    ['a message that cannot be read', 'tools/call', 400],
    ['a message without an id that is not valid', { jsonrpc: '2.0', method: 'tools/call' }, 400],
    ['a batch', [call('echo')], 400],
  ])('%s keeps its status in every revision', async (_, body, status) => {
    for (const headers of [{}, CURRENT]) expect((await refusal(postEvent(body, { headers }))).status).toBe(status);
  });

  it('older clients get the true 403 with its challenge where the edge restores it, and nothing else changes', async () => {
    const challengesArrive = { challengesArrive: true };
    for (const headers of OLDER) {
      const { status, headers: sent } = await refusal(postEvent(call('danger_reset'), { headers }), challengesArrive);
      expect([status, sent?.['www-authenticate']]).toEqual([403, expect.stringContaining('scope="mcp admin"')]);
      expect((await refusal(postEvent(call('echo\n'), { headers }), challengesArrive)).status).toBe(200);
    }
  });

  it('in revision 2026-07-28 and later, every refusal is an HTTP error', async () => {
    for (const version of ['2026-07-28', '2027-01-01']) {
      const headers = { 'MCP-Protocol-Version': version };
      expect((await refusal(postEvent(call('danger_reset'), { headers }))).status).toBe(403);
      expect((await refusal(postEvent(call('echo\n'), { headers }))).status).toBe(400);
    }
  });
});

describe('The inspector: requests that two parsers could read differently', () => {
  it('answers HeaderMismatch with 400 and -32020 (MCP 2026-07-28, Streamable HTTP)', async () => {
    const headers = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'delete_user' };
    const { status, body } = await refusal(postEvent(call('echo'), { headers }));
    expect(status).toBe(400);
    expect(body).toMatchObject({ jsonrpc: '2.0', id: 7, error: { code: -32020, data: { header: 'Mcp-Name' } } });
  });

  it.each([
    ['a batch', [call('echo')], 400, -32600],
    [
      'a duplicate member',
      '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"x"}}',
      400,
      -32700,
    ],
    ['a name in another case', call('echo', { params: { name: 'echo', Name: 'delete_user' } }), 400, -32600],
    ['a byte order mark', `\ufeff${JSON.stringify(call('echo'))}`, 400, -32700],
    ['no JSON', 'tools/call', 400, -32700],
    ['nothing', '', 400, -32700],
  ])('refuses %s', async (_, body, status, code) => {
    const refused = await refusal(postEvent(body, { headers: CURRENT }));
    expect([refused.status, refused.body.error.code]).toEqual([status, code]);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const rest = { isBase64Encoded: true };
    expect((await refusal(postEvent(bytes.toString('base64'), { rest }))).body.error.code).toBe(-32700);
  });

  it.each([
    ['a content coding', { 'Content-Encoding': 'gzip' }],
    ['a list of codings', { 'Content-Encoding': 'identity, gzip' }],
    ['two codings', { 'Content-Encoding': ['identity', 'br'] }],
    ['another character set', { 'Content-Type': 'application/json; charset=utf-16' }],
    ['another type that names JSON', { 'Content-Type': 'text/plain; application/json' }],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['two types', { 'Content-Type': ['application/json', 'text/plain'] }],
  ])('refuses %s with 415', async (_, headers) => {
    expect((await refusal(postEvent(call('echo'), { headers }))).status).toBe(415);
  });

  it('#121 RFC 9110 §9.3.5: refuses DELETE with any body, from any caller', async () => {
    const rest = { httpMethod: 'DELETE' };
    const authorizer = { ...AUTHORIZER_CONTEXT, scopes: 'admin' };
    for (const body of [call('danger_reset'), call('echo'), [call('danger_reset')], ' ', 'no JSON']) {
      const { status, body: answer } = await refusal(postEvent(body, { rest, authorizer }));
      expect([status, answer.error.code]).toEqual([400, -32600]);
    }
  });

  it('accepts only POST, GET and DELETE, and content only with POST', async () => {
    const { status, headers } = await refusal(postEvent(call('echo'), { rest: { httpMethod: 'PUT' } }));
    expect([status, headers.allow]).toEqual([405, 'POST, GET, DELETE']);
    for (const httpMethod of ['GET', 'DELETE']) {
      expect((await refusal(postEvent(call('echo'), { rest: { httpMethod } }))).status).toBe(400);
    }
  });
});
