import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Seen, User } from '../../support/browser/user.ts';
import { type CloudProcess, startCloudProcess } from '../../support/cloud/cloud-process.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { partsOf } from '../../support/credentials/forged-token.ts';
import { formsOf } from '../../support/http/html-form.ts';
import {
  authorizationRequest,
  callMcp,
  obtainSession,
  redeem,
  refresh,
  registerClient,
  type Session,
} from '../../support/http/oauth-requests.ts';
import { rounds } from '../../support/long-form.ts';
import { freePortPair } from '../../support/memory/ports.ts';

const START_MS = 60_000;

let dataDir: string;
let port: number;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-data-'));
  port = await freePortPair();
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('npm start -- --data, when the power is cut', () => {
  let cloud: CloudProcess;
  beforeAll(async () => {
    cloud = await startCloudProcess({ port, dataDir });
  }, START_MS);
  afterAll(() => cloud?.stop());

  const powerCut = async (): Promise<void> => {
    await cloud.kill();
    cloud = await startCloudProcess({ port, dataDir });
  };

  /** `npm run stress` cuts the power between any two requests, and `npm test` after what must not be lost. */
  const powerCutInStress = async (): Promise<void> => {
    if (rounds(0, 1) === 1) await powerCut();
  };

  it(
    'loses nothing that was acknowledged, even if kill -9 comes between any two requests',
    async () => {
      const client = await registerClient(cloud);
      await powerCutInStress();

      const user = new User(cloud, 'ada');
      const { url, codeVerifier } = authorizationRequest(cloud, client);
      const consentPage = await user.open(url);
      await powerCut();

      // The form of the consent page from before the restart still works and leads to the provider.
      const [form] = formsOf(consentPage.html);
      if (form === undefined) throw new Error(`no form on the consent page: ${consentPage.html}`);
      const approve = form.buttons.find(({ name, value }) => name === 'idp' || value === 'approve');
      const approved = await user.request(new URL(form.action, consentPage.url), {
        method: 'POST',
        headers: { origin: cloud.origin },
        body: new URLSearchParams({ ...form.fields, [approve?.name ?? '']: approve?.value ?? '' }),
      });
      expect(approved.status).toBe(303);
      await powerCutInStress();

      const seen: Seen = await user.signIn(approved.headers.get('location') ?? '');
      const code = seen.left?.searchParams.get('code') ?? '';
      expect(code).not.toBe('');
      await powerCutInStress();

      const redeemed = await redeem(cloud, { client, code, codeVerifier });
      expect(redeemed.status).toBe(200);
      await powerCutInStress();

      expect((await callMcp(cloud.mcpUrl, redeemed.body.access_token)).status).toBe(200);
      const refreshed = await refresh(cloud, client, redeemed.body.refresh_token);
      expect(refreshed.status).toBe(200);
      await powerCut();

      // #85: used codes and tokens stay used, and a retry within the grace time still yields the same successor.
      const retried = await refresh(cloud, client, redeemed.body.refresh_token);
      expect(retried.body.refresh_token).toBe(refreshed.body.refresh_token);
      const third = await refresh(cloud, client, refreshed.body.refresh_token);
      expect(third.status).toBe(200);
      expect((await refresh(cloud, client, redeemed.body.refresh_token)).body.error).toBe('invalid_grant');
      await powerCutInStress();
      expect((await refresh(cloud, client, third.body.refresh_token)).body.error).toBe('invalid_grant');
    },
    8 * START_MS,
  );
});

describe('npm start -- --data, stopped and started again', () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await startLocalCloud({ port, dataDir });
  }, START_MS);
  afterAll(() => cloud?.stop());

  it('clients and sessions still work', async () => {
    const session = await obtainSession(cloud);
    await cloud.stop();
    cloud = await startLocalCloud({ port, dataDir });
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
    expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
    expect((await obtainSession(cloud, { client: session.client })).accessToken).toEqual(expect.any(String));
  });

  it('#101 a token with the same keys but another issuer is refused', async () => {
    const before: Session = await obtainSession(cloud);
    await cloud.stop();
    cloud = await startLocalCloud({ dataDir });
    const after: Session = await obtainSession(cloud);
    expect(partsOf(after.accessToken).header.kid).toBe(partsOf(before.accessToken).header.kid);
    expect((await callMcp(cloud.mcpUrl, after.accessToken)).status).toBe(200);
    expect((await callMcp(cloud.mcpUrl, before.accessToken)).status).toBe(401);
  });

  it('without --data, runs share nothing', async () => {
    const client = await registerClient(cloud, { client_name: 'Only here' });
    const other = await startLocalCloud();
    const answer = await refresh(other, client, 'gh_rt_x.y.z');
    await other.stop();
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
  });
});
