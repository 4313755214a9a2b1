import { writeFile } from 'node:fs/promises';
import { programOf, run } from './command-line.mjs';
import { converse } from './conversation.mjs';

// opencode as far as it goes without a model: it logs in, and each list connects to the server anew.

const opencode = programOf('opencode');

let isAuthenticated = false;
await converse(async () => {
  if (!isAuthenticated) {
    const mcp = { gatehouse: { type: 'remote', url: process.env.GATEHOUSE_URL } };
    await writeFile('opencode.json', JSON.stringify({ mcp }));
    await run(opencode, ['mcp', 'auth', 'gatehouse']);
    isAuthenticated = true;
  }
  const printed = await run(opencode, ['mcp', 'list']);
  if (!/gatehouse\s+connected/.test(printed)) throw new Error(printed);
  return 'connected';
});
