import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { User } from '../support/browser/user.ts';
import { type CloudProcess, startCloudProcess } from '../support/cloud/cloud-process.ts';
import {
  type Code,
  obtainCode,
  obtainSession,
  redeem,
  refresh,
  registerClient,
  revoke,
  type Session,
} from '../support/http/oauth-requests.ts';
import { freePortPair } from '../support/memory/ports.ts';
import { report } from './report.ts';

const ROUNDS = Number(process.env.STRESS_RESTARTS ?? 20);
const USERS = 5;
/** On a busy machine a restart takes longer than the usual grace time. */
const CONFIG = { lifetimes: { refreshGraceSeconds: 300 } };

let dataDir: string;
let port: number;
let cloud: CloudProcess;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-stress-'));
  port = await freePortPair();
  cloud = await startCloudProcess({ port, dataDir, config: CONFIG });
});
afterAll(async () => {
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Refreshes without a pause until the process is killed. A client that gets no response keeps the token that it sent. */
const untilPowerCut = async (session: Session): Promise<Session> => {
  let current = session;
  for (;;) {
    const answer = await refresh(cloud, current.client, current.refreshToken).catch(() => undefined);
    if (answer === undefined) return current;
    if (answer.status === 200) current = { ...current, refreshToken: answer.body.refresh_token };
    else if (answer.status < 500) throw new Error(`before the cut: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
};

it('kill -9 under load logs no user out, and no used or ended token works again', async () => {
  const failures: string[] = [];
  const client = await registerClient(cloud);
  let sessions: Session[] = [];
  for (let count = 0; count < USERS; count += 1) {
    sessions.push(await obtainSession(cloud, { client, user: new User(cloud, `p${count}`) }));
  }
  for (let round = 1; round <= ROUNDS; round += 1) {
    const used: Code = await obtainCode(cloud, client);
    const first = await redeem(cloud, used);
    const ended = await obtainSession(cloud, { client });
    const revoked = await revoke(cloud, client, ended.refreshToken);
    if (first.status !== 200 || revoked.status !== 200) failures.push(`round ${round}: failed before the kill`);

    const running = Promise.all(sessions.map(untilPowerCut));
    running.catch(() => undefined);
    // This request ensures that others are in progress when the process is killed.
    await refresh(cloud, client, first.body.refresh_token);
    await cloud.kill();
    sessions = await running;
    cloud = await startCloudProcess({ port, dataDir, config: CONFIG });

    const again = await redeem(cloud, used);
    if (again.status === 200) failures.push(`round ${round}: a used code was redeemed again`);
    const dead = await refresh(cloud, client, ended.refreshToken);
    if (dead.status === 200) failures.push(`round ${round}: a revoked token was refreshed`);
    for (const [index, session] of sessions.entries()) {
      const answer = await refresh(cloud, client, session.refreshToken);
      if (answer.status === 200) sessions[index] = { ...session, refreshToken: answer.body.refresh_token };
      else failures.push(`round ${round}: user ${index} was logged out: ${JSON.stringify(answer.body)}`);
    }
  }
  report({
    what: `kill -9 under load of ${USERS} users, and on with the same data`,
    howMany: ROUNDS,
    unit: 'rounds',
    failures,
  });
});
