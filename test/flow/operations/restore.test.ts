import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import {
  type Code,
  callMcp,
  obtainCode,
  obtainSession,
  redeem,
  refresh,
  registerClient,
  revoke,
  type Session,
} from '../../support/http/oauth-requests.ts';
import { freePortPair } from '../../support/memory/ports.ts';
import { invokeAsOperator } from '../../support/operator.ts';

// The whole data comes back as it was at an earlier moment, as from a backup.

const START_MS = 120_000;
/** Longer than the waits of a busy machine: nothing here may end by expiring. */
const CONFIG = { lifetimes: { authorizationCodeSeconds: 600 } };

let folder: string;
let port: number;
let cloud: LocalCloud;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-restore-'));
  port = await freePortPair();
  await start();
}, START_MS);
afterAll(async () => {
  await cloud?.stop();
  await rm(folder, { recursive: true, force: true });
});

const dataDir = () => join(folder, 'data');
const backup = () => join(folder, 'backup');
const start = async () => {
  cloud = await startLocalCloud({ port, dataDir: dataDir(), config: CONFIG, args: ['--admin'] });
};

describe('#229 tables that are restored from a backup', () => {
  let waiting: Code;
  let rotated: Session;
  let revoked: Session;
  let usedTokens: { readonly access_token: string; readonly refresh_token: string };
  let successor: string;

  it(
    'at the time of the backup a code waits, and two connections live',
    async () => {
      waiting = await obtainCode(cloud, await registerClient(cloud, { client_name: 'Waits' }));
      rotated = await obtainSession(cloud);
      revoked = await obtainSession(cloud);
      await cloud.stop();
      await cp(dataDir(), backup(), { recursive: true });
      await start();
    },
    START_MS,
  );

  it('after it the code is used, one refresh token is rotated, and the other one revoked', async () => {
    const used = await redeem(cloud, waiting);
    usedTokens = used.body;
    const next = await refresh(cloud, rotated.client, rotated.refreshToken);
    successor = next.body.refresh_token;
    const ended = await revoke(cloud, revoked.client, revoked.refreshToken);
    expect([used.status, next.status, ended.status]).toEqual([200, 200, 200]);
    expect((await refresh(cloud, revoked.client, revoked.refreshToken)).body.error).toBe('invalid_grant');
  });

  it(
    'restored, with everybody logged out first: nothing of what was issued before works, used or not',
    async () => {
      await cloud.stop();
      await rm(dataDir(), { recursive: true });
      await cp(backup(), dataDir(), { recursive: true });
      await start();
      const { failed } = await invokeAsOperator(cloud, 'KeyRing', { action: 'setNotBefore', all: true });
      expect(failed).toBeUndefined();

      expect((await redeem(cloud, waiting)).body.error).toBe('invalid_grant');
      for (const token of [rotated.refreshToken, successor]) {
        expect((await refresh(cloud, rotated.client, token)).body.error).toBe('invalid_grant');
      }
      expect((await refresh(cloud, revoked.client, revoked.refreshToken)).body.error).toBe('invalid_grant');
      expect((await refresh(cloud, waiting.client, usedTokens.refresh_token)).body.error).toBe('invalid_grant');
      for (const token of [usedTokens.access_token, rotated.accessToken, revoked.accessToken]) {
        expect((await callMcp(cloud.mcpUrl, token)).status).toBe(401);
      }
    },
    START_MS,
  );

  it('the programs are still known, and whoever logs in again is in', async () => {
    const session = await obtainSession(cloud, { client: rotated.client });
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
    expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
  });
});
