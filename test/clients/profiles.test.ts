import { ClientDocuments } from '../support/client-profiles/documents.ts';
import { playsThrough } from '../support/client-profiles/play.ts';
import { sharedCloud } from '../support/cloud/shared-cloud.ts';
import { chatgpt } from './profiles/chatgpt.ts';
import { claude } from './profiles/claude.ts';
import { codex } from './profiles/codex.ts';
import { copilot } from './profiles/copilot.ts';
import { cursor } from './profiles/cursor.ts';
import { firstRevision } from './profiles/first-revision.ts';
import { geminiCli } from './profiles/gemini-cli.ts';
import { inspector } from './profiles/inspector.ts';
import { mcpRemote } from './profiles/mcp-remote.ts';
import { vscode } from './profiles/vscode.ts';

// Clients that register themselves or have a metadata document.

const documents = new ClientDocuments();
beforeAll(() => documents.start());
afterAll(() => documents.stop());

const profiles = [chatgpt, claude, vscode, copilot, cursor, codex, geminiCli, inspector, mcpRemote, firstRevision];

describe.each(profiles.flat().map((profile) => [profile.name, profile] as const))('%s', (_, profile) => {
  playsThrough(profile, () => ({ cloud: sharedCloud(), documents }));
});
