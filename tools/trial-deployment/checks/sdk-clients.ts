import {
  Client as CurrentClient,
  StreamableHTTPClientTransport as CurrentTransport,
  UnauthorizedError as CurrentUnauthorizedError,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as LegacyUnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { MemoryOAuthProvider } from '../../../test/support/client-programs/mcp-oauth-provider.ts';

// Clients of other projects, each with its own OAuth code.

/** Takes a user through the login. @returns the parameters of the client's redirect URI */
export type LogIn = (authorizationUrl: URL) => Promise<URLSearchParams>;

export interface SdkClient {
  readonly clientId: string;
  /** @returns the text that the tool answered */
  readonly callTool: (name: string, parameters?: object, onprogress?: () => void) => Promise<string>;
  /** Logs in once more with the scopes that the last refusal named, and connects anew. The SDK 1.x cannot. */
  readonly stepUp?: () => Promise<SdkClient>;
  readonly close: () => Promise<void>;
}

const expectUnauthorized = async (attempt: Promise<unknown>, expected: new () => Error): Promise<void> => {
  const error = await attempt.then(
    () => new Error('the client connected without a login'),
    (refusal: unknown) => refusal,
  );
  if (!(error instanceof expected)) throw error;
};

const textOf = (result: { content?: unknown }): string => (result.content as { text: string }[])[0]?.text ?? '';

const open = () => new CurrentClient({ name: 'trial', version: '1' }, { versionNegotiation: { mode: 'auto' } });

/** `@modelcontextprotocol/client` 2.x. */
export const connectCurrent = async (url: URL, logIn: LogIn): Promise<SdkClient> => {
  const authProvider = new MemoryOAuthProvider('Trial 2.x');
  await expectUnauthorized(open().connect(new CurrentTransport(url, { authProvider })), CurrentUnauthorizedError);
  return finishCurrent(url, logIn, authProvider);
};

const finishCurrent = async (url: URL, logIn: LogIn, authProvider: MemoryOAuthProvider): Promise<SdkClient> => {
  const parameters = await logIn(authProvider.authorizationUrl ?? url);
  authProvider.assertState(parameters);
  await new CurrentTransport(url, { authProvider }).finishAuth(parameters);
  const client = open();
  await client.connect(new CurrentTransport(url, { authProvider }));
  return {
    clientId: authProvider.clientInformation().client_id,
    callTool: async (name, parameters = {}, onprogress) =>
      textOf(await client.callTool({ name, arguments: { ...parameters } }, onprogress ? { onprogress } : {})),
    stepUp: async () => {
      await client.close();
      return finishCurrent(url, logIn, authProvider);
    },
    close: () => client.close(),
  };
};

/** `@modelcontextprotocol/sdk` 1.x. */
export const connectLegacy = async (url: URL, logIn: LogIn): Promise<SdkClient> => {
  const authProvider = new MemoryOAuthProvider('Trial 1.x');
  const transport = new LegacyTransport(url, { authProvider });
  const first = new LegacyClient({ name: 'trial', version: '1' });
  await expectUnauthorized(first.connect(transport as never), LegacyUnauthorizedError);
  const finish = async (): Promise<SdkClient> => {
    const parameters = await logIn(authProvider.authorizationUrl ?? url);
    authProvider.assertState(parameters);
    await transport.finishAuth(parameters.get('code') ?? '');
    const client = new LegacyClient({ name: 'trial', version: '1' });
    await client.connect(new LegacyTransport(url, { authProvider }) as never);
    return {
      clientId: authProvider.clientInformation().client_id,
      callTool: async (name, parameters = {}, onprogress) =>
        textOf(
          (await client.callTool(
            { name, arguments: { ...parameters } },
            undefined,
            onprogress ? { onprogress } : {},
          )) as { content?: unknown },
        ),
      close: () => client.close(),
    };
  };
  return finish();
};
