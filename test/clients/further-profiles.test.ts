import { ClientDocuments } from '../support/client-profiles/documents.ts';
import { playsThrough } from '../support/client-profiles/play.ts';
import { sharedCloud } from '../support/cloud/shared-cloud.ts';
import { gemini } from './profiles/gemini.ts';
import { goose } from './profiles/goose.ts';
import { homeAssistant } from './profiles/home-assistant.ts';
import { hostedAssistants } from './profiles/hosted-assistants.ts';
import { kiro } from './profiles/kiro.ts';
import { librechat } from './profiles/librechat.ts';
import { n8n } from './profiles/n8n.ts';
import { openWebui } from './profiles/open-webui.ts';
import { zed } from './profiles/zed.ts';

// More clients that register themselves or have a metadata document. Their documents are on another host than those of
// profiles.test.ts.

const documents = new ClientDocuments(undefined, '127.0.0.1');
beforeAll(() => documents.start());
afterAll(() => documents.stop());

const profiles = [gemini, zed, kiro, goose, hostedAssistants, openWebui, librechat, n8n, homeAssistant];

describe.each(profiles.flat().map((profile) => [profile.name, profile] as const))('%s', (_, profile) => {
  playsThrough(profile, () => ({ cloud: sharedCloud(), documents }));
});
