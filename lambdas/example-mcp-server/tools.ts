import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Identity } from './identity.ts';

/** Returns a new server for one request. Revision 2026-07-28 has no state between requests. */
export const exampleServer = (caller: Identity): McpServer => {
  const server = new McpServer({ name: 'gatehouse-example', version: '0.1.0' });

  server.registerTool(
    'whoami',
    {
      title: 'Who am I',
      description: 'Shows the identity of the caller, as verified by Gatehouse',
      annotations: { readOnlyHint: true },
    },
    () => ({ content: [{ type: 'text', text: JSON.stringify(caller, null, 2) }] }),
  );

  server.registerTool(
    'echo',
    {
      title: 'Echo',
      description: 'Returns the text that you send',
      inputSchema: z.object({ text: z.string() }),
      annotations: { readOnlyHint: true },
    },
    ({ text }) => ({ content: [{ type: 'text', text }] }),
  );

  server.registerTool(
    'countdown',
    {
      title: 'Countdown',
      description: 'Counts down to zero and reports each step as progress',
      inputSchema: z.object({
        from: z.int().min(1).max(20).default(3),
        gapMs: z.int().min(1).max(5_000).default(500),
      }),
      annotations: { readOnlyHint: true },
    },
    async ({ from, gapMs }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (let left = from; left > 0; left -= 1) {
        if (progressToken !== undefined) {
          const params = { progressToken, progress: from - left + 1, total: from, message: String(left) };
          await mcpReq.notify({ method: 'notifications/progress', params });
        }
        await delay(gapMs, undefined, { signal: mcpReq.signal });
      }
      return { content: [{ type: 'text', text: 'lift-off' }] };
    },
  );

  server.registerTool(
    'danger_reset',
    {
      title: 'Reset',
      description: 'Pretends to delete everything. The example configuration requires an additional scope for it',
      annotations: { destructiveHint: true },
    },
    () => ({ content: [{ type: 'text', text: 'Everything is gone. (Not really: this is an example.)' }] }),
  );

  return server;
};
