import { programOf, run, runInTerminal } from './command-line.mjs';
import { converse } from './conversation.mjs';

// Claude Code as far as it goes without a model: it logs in, and each check connects to the server anew.

const claude = programOf('claude');

let isAuthenticated = false;
await converse(async () => {
  if (!isAuthenticated) {
    await run(claude, ['mcp', 'add', '--transport', 'http', 'gatehouse', process.env.GATEHOUSE_URL]);
    await runInTerminal(claude, ['mcp', 'login', 'gatehouse', '--no-browser']);
    isAuthenticated = true;
  }
  const printed = await run(claude, ['mcp', 'list']);
  if (!/^gatehouse: .* Connected$/m.test(printed)) throw new Error(printed);
  return 'connected';
});
