import {
  Client as CurrentClient,
  StreamableHTTPClientTransport as CurrentTransport,
  UnauthorizedError as CurrentUnauthorizedError,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as LegacyUnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { User } from '../support/browser/user.ts';
import { MemoryOAuthProvider } from '../support/client-programs/mcp-oauth-provider.ts';
import { sharedCloud } from '../support/cloud/shared-cloud.ts';
import { callbackParameters, revoke } from '../support/http/oauth-requests.ts';

// The TypeScript SDKs, which most clients use, when their stored credentials are no longer valid. Logins and
// refreshes are tested in test/flow.

const cloud = sharedCloud();

// The SDK prints the credentials that it discards.
const { warn } = console;
beforeAll(() => {
  console.warn = () => undefined;
});
afterAll(() => {
  console.warn = warn;
});
const url = new URL(cloud.mcpUrl);

/** A host application that discards credentials when the SDK asks for it. */
class Host extends MemoryOAuthProvider {
  readonly forgotten = new Set<string>();

  invalidateCredentials(scope: string): void {
    const forgets = (what: string): boolean => scope === 'all' || scope === what;
    if (forgets('client')) this.saveClientInformation(undefined);
    if (forgets('tokens')) this.saveTokens(undefined);
    for (const what of ['client', 'tokens']) if (forgets(what)) this.forgotten.add(what);
  }

  spoilAccessToken(): void {
    const tokens = this.tokens();
    this.saveTokens({ ...tokens, access_token: `${tokens.access_token}x` });
  }
}

/** One attempt of a host application: connects and calls `whoami`, or is sent to the browser. */
type Attempt = (host: Host) => Promise<{ identity: Record<string, unknown> } | { finish: Finish }>;
type Finish = (parameters: URLSearchParams) => Promise<void>;

const identityOf = (result: { content?: unknown }): Record<string, unknown> =>
  JSON.parse((result.content as { text: string }[])[0]?.text ?? 'null');

const attemptCurrent: Attempt = async (host) => {
  const transport = new CurrentTransport(url, { authProvider: host });
  const client = new CurrentClient({ name: 'current', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  try {
    await client.connect(transport);
    return { identity: identityOf(await client.callTool({ name: 'whoami', arguments: {} })) };
  } catch (error) {
    if (!(error instanceof CurrentUnauthorizedError)) throw error;
    return { finish: (parameters) => transport.finishAuth(parameters) };
  } finally {
    await client.close();
  }
};

const attemptLegacy: Attempt = async (host) => {
  const transport = new LegacyTransport(url, { authProvider: host });
  const client = new LegacyClient({ name: 'legacy', version: '1' });
  try {
    await client.connect(transport as never);
    return {
      identity: identityOf((await client.callTool({ name: 'whoami', arguments: {} })) as { content?: unknown }),
    };
  } catch (error) {
    if (!(error instanceof LegacyUnauthorizedError)) throw error;
    return { finish: (parameters) => transport.finishAuth(parameters.get('code') ?? '') };
  } finally {
    await client.close();
  }
};

describe.each([
  ['@modelcontextprotocol/client 2.x', attemptCurrent],
  ['@modelcontextprotocol/sdk 1.x', attemptLegacy],
])('The real %s', (name, attempt) => {
  const host = new Host(name);
  const user = new User(cloud, 'mary');

  /** Uses the browser as often as the SDK asks for it, which must be `times`. */
  const connect = async (times: number): Promise<Record<string, unknown>> => {
    for (let seen = 0; ; seen += 1) {
      const outcome = await attempt(host);
      if ('identity' in outcome) {
        expect(seen).toBe(times);
        return outcome.identity;
      }
      expect(seen).toBeLessThan(times);
      const parameters = callbackParameters(await user.signIn(host.authorizationUrl ?? ''));
      host.assertState(parameters);
      await outcome.finish(parameters);
    }
  };

  it('signs in through the browser and learns the caller', async () => {
    expect(await connect(1)).toMatchObject({ clientId: host.clientInformation().client_id });
    expect([...host.forgotten]).toEqual([]);
  });

  it('RFC 6749 §5.2: registers again when its client no longer exists', async () => {
    const before = host.clientInformation();
    host.saveClientInformation({ ...before, client_id: 'gh_client_gone' });
    host.spoilAccessToken();
    expect(await connect(1)).toMatchObject({ clientId: before.client_id });
    expect([...host.forgotten]).toEqual(['client', 'tokens']);
  });

  it('RFC 6749 §5.2: asks the user again, with the same client, when its grant was revoked', async () => {
    const before = host.clientInformation();
    host.forgotten.clear();
    await revoke(cloud, before, host.tokens().refresh_token);
    host.spoilAccessToken();
    expect(await connect(1)).toMatchObject({ clientId: before.client_id });
    expect([...host.forgotten]).toEqual(['tokens']);
  });
});
