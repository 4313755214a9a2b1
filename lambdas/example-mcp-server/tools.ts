import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Identity } from './identity.ts';

/** A fresh server for one request: nothing is remembered between requests, as the 2026-07-28 revision has it. */
export const exampleServer = (caller: Identity): McpServer => {
  const server = new McpServer({ name: 'gatehouse-example', version: '0.1.0' });

  server.registerTool(
    'whoami',
    {
      title: 'Who am I',
      description: 'Tells who is calling, as the gate in front of this server verified it',
      annotations: { readOnlyHint: true },
    },
    () => ({ content: [{ type: 'text', text: JSON.stringify(caller, null, 2) }] }),
  );

  server.registerTool(
    'echo',
    {
      title: 'Echo',
      description: 'Says what you said',
      inputSchema: z.object({ text: z.string() }),
      annotations: { readOnlyHint: true },
    },
    ({ text }) => ({ content: [{ type: 'text', text }] }),
  );

  server.registerTool(
    'countdown',
    {
      title: 'Countdown',
      description: 'Counts down to zero and reports each step while it happens',
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
      description: 'Pretends to delete everything. In the configuration of the gate it needs a scope of its own',
      annotations: { destructiveHint: true },
    },
    () => ({ content: [{ type: 'text', text: 'Everything is gone. (Not really: this is an example.)' }] }),
  );

  return server;
};
