import { PassThrough } from 'node:stream';
import { serveMcp } from '../../../lambdas/example-mcp-server/handler.ts';
import { AUTHORIZER_CONTEXT } from '../../support/backends/inspector-fixture.ts';
import { proxyEvent } from '../../support/memory/lambda-runtime.ts';

it('A32 (MCP, Streamable HTTP): refuses pages of origins that its path does not allow', async () => {
  const statusOf = async (path: string, origin?: string): Promise<number | undefined> => {
    const event = await proxyEvent(
      new Request(`https://gate.example${path}`, { method: 'DELETE' }),
      AUTHORIZER_CONTEXT,
    );
    let status: number | undefined;
    await serveMcp(
      { ...event, multiValueHeaders: origin === undefined ? {} : { ORIGIN: [origin] } },
      (head) => {
        status = head.statusCode;
        return new PassThrough().resume();
      },
      { '/mcp': ['https://app.example'] },
    );
    return status;
  };
  expect(await statusOf('/mcp', 'https://evil.example')).toBe(403);
  for (const [path, origin] of [
    ['/mcp', 'https://app.example'],
    ['/mcp'],
    ['/open', 'https://evil.example'],
  ] as const) {
    expect(await statusOf(path, origin)).not.toBe(403);
  }
});
