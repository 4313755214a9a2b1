import {
  Client as CurrentClient,
  StreamableHTTPClientTransport as CurrentTransport,
  UnauthorizedError as CurrentUnauthorizedError,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as LegacyUnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { User } from '../../support/browser/user.ts';
import { MemoryOAuthProvider } from '../../support/client-programs/mcp-oauth-provider.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import { callbackParameters } from '../../support/http/oauth-requests.ts';

// Third-party clients, each with its own OAuth code. The test simulates only the user's browser.

const cloud = sharedCloud();
const url = new URL(cloud.mcpUrl);

interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
}
interface CallOptions {
  readonly onprogress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}
interface AnyClient {
  callTool(name: string, parameters: object, options?: CallOptions): Promise<{ content?: unknown }>;
  protocolVersion(): string | undefined;
  close(): Promise<void>;
}

const connectCurrent = async (authProvider: MemoryOAuthProvider, user: User): Promise<AnyClient> => {
  const open = () => new CurrentClient({ name: 'current', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const transport = new CurrentTransport(url, { authProvider });
  await expect(open().connect(transport)).rejects.toThrow(CurrentUnauthorizedError);
  const parameters = callbackParameters(await user.signIn(authProvider.authorizationUrl ?? ''));
  authProvider.assertState(parameters);
  await transport.finishAuth(parameters);

  const client = open();
  await client.connect(new CurrentTransport(url, { authProvider }));
  return {
    callTool: (name, parameters, options = {}) => client.callTool({ name, arguments: { ...parameters } }, options),
    protocolVersion: () => client.getNegotiatedProtocolVersion(),
    close: () => client.close(),
  };
};

const connectLegacy = async (authProvider: MemoryOAuthProvider, user: User): Promise<AnyClient> => {
  const open = () => new LegacyClient({ name: 'legacy', version: '1' });
  const transport = new LegacyTransport(url, { authProvider });
  await expect(open().connect(transport as never)).rejects.toThrow(LegacyUnauthorizedError);
  const parameters = callbackParameters(await user.signIn(authProvider.authorizationUrl ?? ''));
  authProvider.assertState(parameters);
  await transport.finishAuth(parameters.get('code') ?? '');

  const client = open();
  const connected = new LegacyTransport(url, { authProvider });
  await client.connect(connected as never);
  return {
    callTool: (name, parameters, options = {}) =>
      client.callTool({ name, arguments: { ...parameters } }, undefined, options) as Promise<{ content?: unknown }>,
    protocolVersion: () => connected.protocolVersion,
    close: () => client.close(),
  };
};

const textOf = (result: { content?: unknown }): string => (result.content as { text: string }[])[0]?.text ?? '';

describe.each([
  ['@modelcontextprotocol/client 2.x', connectCurrent, /^2026-07-28$/],
  ['@modelcontextprotocol/sdk 1.x', connectLegacy, /^2025-/],
] as const)('%s', (name, connect, revision) => {
  const provider = new MemoryOAuthProvider(name);
  let client: AnyClient;
  afterAll(() => client?.close());

  it('goes from 401 through registration, consent and login to a connection', async () => {
    client = await connect(provider, new User(cloud, 'lin'));
    expect(client.protocolVersion()).toMatch(revision);
  });

  it('calls whoami', async () => {
    const identity = JSON.parse(textOf(await client.callTool('whoami', {})));
    expect(identity).toMatchObject({ clientId: provider.clientInformation().client_id });
    expect(identity.scopes).toContain('mcp');
  });

  it('receives progress while the tool runs, because nothing buffers the response', async () => {
    let steps = 0;
    const onprogress = () => {
      steps += 1;
    };
    expect(textOf(await client.callTool('countdown', { from: 4, gapMs: 10 }, { onprogress }))).toBe('lift-off');
    expect(steps).toBe(4);

    // A buffered response would arrive as a whole. This one would end only after 100 seconds, and the test makes another
    // call after its first step.
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const leaving = new AbortController();
    let isOver = false;
    const slow = client
      .callTool('countdown', { from: 20, gapMs: 5000 }, { onprogress: () => begin(), signal: leaving.signal })
      .catch(() => undefined)
      .finally(() => {
        isOver = true;
      });
    await begun;
    expect(textOf(await client.callTool('echo', { text: 'meanwhile' }))).toBe('meanwhile');
    expect(isOver).toBe(false);
    leaving.abort();
    await slow;
  });

  it('refreshes by itself when its access token is refused', async () => {
    const before = provider.tokens();
    provider.saveTokens({ ...before, access_token: `${before.access_token}x` });
    expect(textOf(await client.callTool('echo', { text: 'still here' }))).toBe('still here');
    expect(provider.tokens().refresh_token).not.toBe(before.refresh_token);
  });
});
