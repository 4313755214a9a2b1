import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { User } from '../../support/browser/user.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { obtainSession, refresh, type Session } from '../../support/http/oauth-requests.ts';
import { freePortPair } from '../../support/memory/ports.ts';

// A deployment changes the access rules while users are connected.

const ADMINS = { emails: ['grace@example.com'] };

let dataDir: string;
let cloud: LocalCloud;
let ada: Session;
let grace: Session;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-rules-'));
  const port = await freePortPair();
  const logIn = (login: string) =>
    obtainSession(cloud, { user: new User(cloud, login), parameters: { scope: 'mcp mcp:write' } });
  // Without a rule, Gatehouse would store no address.
  cloud = await startLocalCloud({ port, dataDir, config: { access: { emailDomains: ['example.com'] } } });
  [ada, grace] = [await logIn('ada'), await logIn('grace')];
  await cloud.stop();
  const config = {
    access: { emails: ['ada@example.com', 'grace@example.com'] },
    scopes: { 'mcp:write': { grantedTo: ADMINS } },
  };
  cloud = await startLocalCloud({ port, dataDir, config });
}, 120_000);
afterAll(async () => {
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe('#89 access rules that changed after the login', () => {
  it('a scope restricted to fewer users is missing from the next access token', async () => {
    const answer = await refresh(cloud, ada.client, ada.refreshToken);
    expect([answer.status, answer.body.scope]).toEqual([200, 'mcp']);
    ada = { ...ada, refreshToken: answer.body.refresh_token };
  });

  it('a user who may still have the scope keeps it', async () => {
    const answer = await refresh(cloud, grace.client, grace.refreshToken);
    expect([answer.status, answer.body.scope]).toEqual([200, 'mcp mcp:write']);
  });

  it('a user who is no longer allowed loses access for good at the next refresh', async () => {
    await cloud.stop();
    cloud = await startLocalCloud({ port: cloud.port, dataDir, config: { access: ADMINS } });
    for (let round = 0; round < 2; round += 1) {
      const answer = await refresh(cloud, ada.client, ada.refreshToken);
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
    }
    await cloud.until((output) => output.includes('access_ended'));
  }, 60_000);
});
