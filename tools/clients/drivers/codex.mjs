import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { programOf } from './command-line.mjs';
import { argumentsOf, converse, say, textOf } from './conversation.mjs';

// The app server of Codex, which its IDE extension and its app use. It calls tools without a model.

const SERVER = 'gatehouse';

const folder = join(homedir(), '.codex');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'config.toml'), `[mcp_servers.${SERVER}]\nurl = "${process.env.GATEHOUSE_URL}"\n`);

const codex = spawn(programOf('codex'), ['app-server'], { stdio: ['pipe', 'pipe', 'ignore'] });
const waiting = new Map();
createInterface({ input: codex.stdout }).on('line', (line) => {
  const { id, method, params, result, error } = JSON.parse(line);
  waiting.get(id ?? method)?.(error ? Promise.reject(new Error(error.message)) : (result ?? params));
});

const messageWith = (key) => new Promise((resolve) => waiting.set(key, resolve));
const send = (message) => codex.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
let lastId = 0;
const request = (method, params) => {
  lastId += 1;
  const answer = messageWith(lastId);
  send({ id: lastId, method, params });
  return answer;
};

const begin = async () => {
  await request('initialize', {
    clientInfo: { name: 'gatehouse', title: 'Gatehouse', version: '1' },
    capabilities: { experimentalApi: true },
  });
  send({ method: 'initialized' });
  const completed = messageWith('mcpServer/oauthLogin/completed');
  const { authorizationUrl } = await request('mcpServer/oauth/login', { name: SERVER });
  say({ open: authorizationUrl });
  const { success, error } = await completed;
  if (!success) throw new Error(error);
  const { thread } = await request('thread/start', { cwd: process.cwd() });
  return thread.id;
};

let threadId;
await converse(async (tool) => {
  threadId ??= await begin();
  return textOf(await request('mcpServer/tool/call', { threadId, server: SERVER, tool, arguments: argumentsOf(tool) }));
});
