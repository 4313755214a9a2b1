import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { UnauthorizedError as LegacyUnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { User } from '../../support/browser/user.ts';
import { MemoryOAuthProvider } from '../../support/client-programs/mcp-oauth-provider.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import { bearerChallenge } from '../../support/http/challenge.ts';
import {
  authorizationRequest,
  callbackParameters,
  callMcp,
  obtainSession,
  redeem,
  registerClient,
} from '../../support/http/oauth-requests.ts';

// In the example server, the tool `danger_reset` needs the scope mcp:write. Everything else needs mcp.

const cloud = sharedCloud();
const url = new URL(cloud.mcpUrl);

const textOf = (result: unknown): string =>
  ((result as { content?: { text?: string }[] }).content ?? [])[0]?.text ?? '';

const message = (name: string, id: unknown = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: name === 'echo' ? { text: 'hello' } : {} },
});

/** A call with the parameters that revision 2026-07-28 requires in every request. */
const currentMessage = (name: string) => ({
  ...message(name),
  params: {
    ...message(name).params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'flow', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});

const currentHeaders = (name: string) => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': name,
});

describe('Step-up (MCP authorization, "Scope Challenge Handling")', () => {
  it('the SDK client asks for the missing scope by itself, and then calls the tool', async () => {
    const provider = new MemoryOAuthProvider('stepping up');
    const user = new User(cloud, 'sue');
    const finish = async (transport: StreamableHTTPClientTransport): Promise<void> => {
      const parameters = callbackParameters(await user.signIn(provider.authorizationUrl ?? ''));
      provider.assertState(parameters);
      await transport.finishAuth(parameters);
    };
    const open = () => new Client({ name: 'current', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const first = new StreamableHTTPClientTransport(url, { authProvider: provider });
    await expect(open().connect(first)).rejects.toThrow(UnauthorizedError);
    expect(provider.authorizationUrl?.searchParams.get('scope')?.split(' ')).not.toContain('mcp:write');
    await finish(first);

    const client = open();
    const transport = new StreamableHTTPClientTransport(url, { authProvider: provider });
    await client.connect(transport);
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'hello' } }))).toBe('hello');
    const clientId = provider.clientInformation().client_id;
    const before = provider.tokens().access_token;

    await expect(client.callTool({ name: 'danger_reset' })).rejects.toThrow(UnauthorizedError);
    expect(provider.authorizationUrl?.searchParams.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining(['mcp', 'mcp:write']),
    );
    expect(provider.tokens().access_token).toBe(before);

    await finish(transport);
    expect(provider.tokens().scope.split(' ')).toEqual(expect.arrayContaining(['mcp', 'mcp:write']));
    expect(provider.clientInformation().client_id).toBe(clientId);
    expect(textOf(await client.callTool({ name: 'danger_reset' }))).toMatch(/gone/);
    await client.close();
  });

  it('a legacy client is told what is missing, and is not locked out of the other tools', async () => {
    const provider = new MemoryOAuthProvider('legacy');
    const first = new LegacyTransport(url, { authProvider: provider });
    const open = () => new LegacyClient({ name: 'legacy', version: '1' });
    await expect(open().connect(first as never)).rejects.toThrow(LegacyUnauthorizedError);
    const parameters = callbackParameters(await new User(cloud, 'lou').signIn(provider.authorizationUrl ?? ''));
    await first.finishAuth(parameters.get('code') ?? '');

    const client = open();
    await client.connect(new LegacyTransport(url, { authProvider: provider }) as never);
    const call = (name: string) => client.callTool({ name, arguments: { text: 'hello' } });
    await expect(call('danger_reset')).rejects.toThrow(/insufficient_scope.*mcp mcp:write|mcp mcp:write/s);
    expect(textOf(await call('echo'))).toBe('hello');
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('danger_reset');
    await client.close();
  });
});

describe('Scopes per tool', () => {
  let narrow: string;
  let wide: string;
  beforeAll(async () => {
    const withScope = async (scope: string) =>
      (await obtainSession(cloud, { user: new User(cloud, 'toni'), parameters: { scope } })).accessToken;
    [narrow, wide] = [await withScope('mcp'), await withScope('mcp:write')];
  });

  it('a call described by headers gets 403 with a challenge that names every scope of the operation', async () => {
    const answer = await callMcp(url, narrow, currentMessage('danger_reset'), currentHeaders('danger_reset'));
    expect(answer.status).toBe(403);
    expect(bearerChallenge(answer.headers)).toMatchObject({
      error: 'insufficient_scope',
      scope: 'mcp mcp:write',
      resource_metadata: `${cloud.origin}/.well-known/oauth-protected-resource/mcp`,
    });
  });

  it('a call described by its body gets the same challenge as a JSON-RPC error that the gateway leaves intact', async () => {
    const answer = await callMcp(url, narrow, message('danger_reset', 'seven'));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      jsonrpc: '2.0',
      id: 'seven',
      error: {
        data: {
          error: 'insufficient_scope',
          scope: 'mcp mcp:write',
          resource_metadata: `${cloud.origin}/.well-known/oauth-protected-resource/mcp`,
        },
      },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('mcp:write implies mcp: it allows every tool, in any revision', async () => {
    for (const name of ['danger_reset', 'echo']) {
      const legacy = await callMcp(url, wide, message(name));
      expect([legacy.status, legacy.body.error]).toEqual([200, undefined]);
      const current = await callMcp(url, wide, currentMessage(name), currentHeaders(name));
      expect([current.status, current.body.error]).toEqual([200, undefined]);
    }
  });

  it.each<[string, unknown, Record<string, string>, number, number]>([
    ['headers that name another tool', currentMessage('danger_reset'), currentHeaders('echo'), 400, -32020],
    ['headers that name another method', message('danger_reset'), { 'mcp-method': 'tools/list' }, 400, -32020],
    ['a batch', [message('echo'), message('danger_reset')], {}, 400, -32600],
    ['a look-alike member', { ...message('echo'), Method: 'tools/list' }, {}, 200, -32600],
    ['another content type', message('danger_reset'), { 'content-type': 'text/plain' }, 415, -32000],
    ['a content encoding', message('danger_reset'), { 'content-encoding': 'gzip' }, 415, -32000],
  ])(
    '%s: the call is refused as a JSON-RPC error before it reaches the backend',
    async (_name, body, headers, status, code) => {
      const answer = await callMcp(url, narrow, body, headers);
      expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    },
  );

  it('/mcp/ is treated as /mcp', async () => {
    const answer = await callMcp(`${url}/`, narrow, message('danger_reset'));
    expect(answer.body.error?.data).toMatchObject({ error: 'insufficient_scope' });
    expect((await callMcp(`${url}/`, narrow, message('echo'))).status).toBe(200);
    const refused = await callMcp(`${url}/`, undefined);
    expect(bearerChallenge(refused.headers).resource_metadata).toBe(
      `${cloud.origin}/.well-known/oauth-protected-resource/mcp`,
    );
  });

  it('the authorization server lists the scopes of tool rules, and the resource does not', async () => {
    const read = async (path: string): Promise<{ scopes_supported?: string[] }> =>
      (await fetch(`${cloud.origin}/.well-known/${path}`)).json() as Promise<{ scopes_supported?: string[] }>;
    expect((await read('oauth-authorization-server')).scopes_supported).toEqual(['mcp', 'mcp:write', 'offline_access']);
    expect((await read('oauth-protected-resource/mcp')).scopes_supported).toEqual(['mcp']);
  });
});

describe('Step-up to scopes that a user may not have', () => {
  const ADMINS = { claims: { groups: ['admins'] } };
  let gate: LocalCloud;
  beforeAll(async () => {
    gate = await startLocalCloud({
      args: ['--providers', 'okta'],
      config: { scopes: { 'mcp:write': { grantedTo: ADMINS }, audit: { description: 'Audit', grantedTo: ADMINS } } },
    });
  }, 60_000);
  afterAll(() => gate?.stop());

  /** Connects an SDK client and lets it ask for more scope. */
  const askForMore = async (login: string) => {
    const endpoint = new URL(gate.mcpUrl);
    const provider = new MemoryOAuthProvider(`for ${login}`);
    const user = new User(gate, login);
    const answer = async () =>
      callbackParameters(await user.signIn(provider.authorizationUrl ?? '', { provider: 'okta' }));
    const open = () => new Client({ name: 'current', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const first = new StreamableHTTPClientTransport(endpoint, { authProvider: provider });
    await expect(open().connect(first)).rejects.toThrow(UnauthorizedError);
    await first.finishAuth(await answer());

    const client = open();
    const transport = new StreamableHTTPClientTransport(endpoint, { authProvider: provider });
    await client.connect(transport);
    await expect(client.callTool({ name: 'danger_reset' })).rejects.toThrow(UnauthorizedError);
    return { client, transport, answer };
  };

  it('gives the user the part that they may have, and the connection keeps its scopes', async () => {
    const { client, transport, answer } = await askForMore('ada');
    await transport.finishAuth(await answer());
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'hello' } }))).toBe('hello');
    await client.close();
  });

  it('grants the scope to a user whom a rule names', async () => {
    const { client, transport, answer } = await askForMore('ada.admin');
    await transport.finishAuth(await answer());
    expect(textOf(await client.callTool({ name: 'danger_reset' }))).toMatch(/gone/);
    await client.close();
  });

  it('A9: only a request for nothing but the refused scope ends with access_denied', async () => {
    const client = await registerClient(gate);
    const ask = async (scope: string) => {
      const { url: asked, codeVerifier } = authorizationRequest(gate, client, { scope });
      const answer = callbackParameters(await new User(gate, 'lou').signIn(asked, { provider: 'okta' }));
      const code = answer.get('code');
      const scopeOfToken = code && (await redeem(gate, { client, code, codeVerifier })).body.scope;
      return scopeOfToken ?? answer.get('error_description');
    };
    // mcp:write implies mcp, which this user may have.
    for (const scope of ['mcp mcp:write', 'mcp:write', 'mcp:write', 'mcp:write']) expect(await ask(scope)).toBe('mcp');
    expect(await ask('audit')).toBe('mcp');
    expect(await ask('audit')).toMatch(/do not allow this account these scopes: audit/);
  });
});
