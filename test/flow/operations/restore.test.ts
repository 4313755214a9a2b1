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

// All data is restored to the state of an earlier moment, as from a backup.

const START_MS = 120_000;
/** Longer than the delays of a busy machine, so that nothing in this test expires. */
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

describe('#229 tables restored from a backup', () => {
  let waiting: Code;
  let rotated: Session;
  let revoked: Session;
  let usedTokens: { readonly access_token: string; readonly refresh_token: string };
  let successor: string;

  it(
    'at the time of the backup, one code is unused and two connections exist',
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

  it('after the backup, the code is used, one refresh token is rotated and the other one is revoked', async () => {
    const used = await redeem(cloud, waiting);
    usedTokens = used.body;
    const next = await refresh(cloud, rotated.client, rotated.refreshToken);
    successor = next.body.refresh_token;
    const ended = await revoke(cloud, revoked.client, revoked.refreshToken);
    expect([used.status, next.status, ended.status]).toEqual([200, 200, 200]);
    expect((await refresh(cloud, revoked.client, revoked.refreshToken)).body.error).toBe('invalid_grant');
  });

  it(
    'after the restore and a mark that logs all users out, no code or token issued before works',
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

  it('the clients are still registered, and users can log in again', async () => {
    const session = await obtainSession(cloud, { client: rotated.client });
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
    expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
  });
});
