import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { partsOf } from '../../support/credentials/forged-token.ts';
import { type FaultyCloud, startFaultyCloud } from '../../support/faults/faulty-cloud.ts';
import { callMcp, obtainSession, refresh, registerClient, type Session } from '../../support/http/oauth-requests.ts';
import { freePortPair } from '../../support/memory/ports.ts';
import { invokeAsOperator } from '../../support/operator.ts';

const PUBLISH_SECONDS = 3;
/** Lifetimes of access tokens. The test moves the clocks of the functions past them instead of waiting. */
const SHORTER_SECONDS = 600;
const LONGER_SECONDS = 660;
const RETIRED_SECONDS = PUBLISH_SECONDS + LONGER_SECONDS + 60;
/** Rounding to epoch seconds may lose one second. */
const waitSeconds = (seconds: number) => delay((seconds + 1.1) * 1000);

interface Ring {
  readonly version: number;
  readonly keys: readonly { readonly kid: string; readonly state: string }[];
  readonly notBefore?: { readonly all?: number };
}

let dataDir: string;
let port: number;
let cloud: FaultyCloud;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-data-'));
  port = await freePortPair();
});
afterAll(async () => {
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Deploys with another lifetime each time, so that CloudFormation calls the custom resource. */
const deploy = async (accessTokenSeconds: number): Promise<void> => {
  await cloud?.stop();
  const lifetimes = { accessTokenSeconds, signingKeyPublishSeconds: PUBLISH_SECONDS };
  cloud = await startFaultyCloud({ port, dataDir, config: { lifetimes }, args: ['--admin'] });
};

const invokeKeys = (command: object) => invokeAsOperator(cloud, 'KeyRing', command);

const ringAfter = async (command: object): Promise<Ring> => {
  const { failed, body } = await invokeKeys(command);
  expect([failed, body]).toEqual([undefined, expect.anything()]);
  return body as Ring;
};
/** Sets a mark for a user who does not exist; the response shows the key ring. */
const show = () => ringAfter({ action: 'setNotBefore', subject: 'nemo' });
const statesOf = ({ keys }: Ring) => keys.map(({ kid, state }) => [kid, state]);

/** Refreshes and calls the server without a pause until it is stopped. */
const startTraffic = (session: Session) => {
  const failures: string[] = [];
  const kids = new Set<unknown>();
  const { promise: flowing, resolve: flows } = Promise.withResolvers<void>();
  let isOver = false;
  let token = session.refreshToken;
  const running = (async () => {
    while (!isOver) {
      const { status, body } = await refresh(cloud, session.client, token);
      if (status !== 200) return void failures.push(`refresh ${status} ${JSON.stringify(body)}`);
      token = body.refresh_token;
      kids.add(partsOf(body.access_token).header.kid);
      const answer = await callMcp(cloud.mcpUrl, body.access_token);
      if (answer.status !== 200) failures.push(`mcp ${answer.status}`);
      flows();
    }
  })().finally(flows);
  const stop = async () => {
    isOver = true;
    await running;
    return { failures, kids: [...kids], refreshToken: token };
  };
  return { flowing, stop };
};

describe('Rotation of the signing key', () => {
  it('#109 runs through under traffic with the printed command, and a deployment does not disturb it', async () => {
    await deploy(SHORTER_SECONDS);
    const session = await obtainSession(cloud);
    const [[first] = []] = statesOf(await show());

    const begun = await ringAfter({ action: 'rotate' });
    const second = begun.keys[1]?.kid;
    expect(statesOf(begun)).toEqual([
      [first, 'active'],
      [second, 'next'],
    ]);
    await deploy(LONGER_SECONDS);
    await waitSeconds(PUBLISH_SECONDS);
    await deploy(SHORTER_SECONDS);
    expect(statesOf(await show())).toEqual(statesOf(begun));

    const traffic = startTraffic(session);
    await traffic.flowing;
    const promoted = await ringAfter({ action: 'rotate' });
    expect(statesOf(promoted)).toEqual([
      [first, 'retiring'],
      [second, 'active'],
    ]);
    const before = await traffic.stop();
    // The previous key no longer signs, but its tokens are still valid.
    const { status, body } = await refresh(cloud, session.client, before.refreshToken);
    expect([status, before.kids[0]]).toEqual([200, first]);
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
    cloud.setClock(RETIRED_SECONDS);
    const later = startTraffic({ ...session, refreshToken: body.refresh_token });
    await later.flowing;
    const { failures, kids, refreshToken } = await later.stop();
    expect([...before.failures, ...failures]).toEqual([]);
    expect(kids).toEqual([second]);

    await deploy(LONGER_SECONDS);
    expect(statesOf(await show())).toEqual(statesOf(promoted));
    cloud.setClock(RETIRED_SECONDS);
    // The daily schedule invokes the function this way.
    expect(await invokeKeys({})).toEqual({ failed: undefined, body: null });
    expect(statesOf(await show())).toEqual([[second, 'active']]);
    expect((await refresh(cloud, session.client, refreshToken)).status).toBe(200);
    // The provider's clock has not moved, so a login needs our clock reset.
    cloud.setClock(0);
    // What the functions remember has the time of the future.
    cloud.restart();
  });

  it('#230 a mark for a client ends only its own refresh token, at once', async () => {
    const ofClient = async (client_name: string) =>
      obtainSession(cloud, { client: await registerClient(cloud, { client_name }) });
    const [marked, other] = [await ofClient('Marked'), await ofClient('Other')];
    await ringAfter({ action: 'setNotBefore', clientId: marked.client.client_id });
    expect((await refresh(cloud, marked.client, marked.refreshToken)).body.error).toBe('invalid_grant');
    expect((await refresh(cloud, other.client, other.refreshToken)).status).toBe(200);
  });

  it('the emergency command ends refresh tokens at once, and a new login works with the new key', async () => {
    const before = await obtainSession(cloud);
    const ring = await ringAfter({ action: 'rotate', emergency: true });
    expect(ring.keys).toEqual([expect.objectContaining({ state: 'active' })]);
    expect(ring.notBefore?.all).toEqual(expect.any(Number));
    expect((await refresh(cloud, before.client, before.refreshToken)).body.error).toBe('invalid_grant');
    await waitSeconds(0);
    const after = await obtainSession(cloud);
    expect(partsOf(after.accessToken).header.kid).toBe(ring.keys[0]?.kid);
    expect((await callMcp(cloud.mcpUrl, after.accessToken)).status).toBe(200);
    expect((await refresh(cloud, after.client, after.refreshToken)).status).toBe(200);
  });

  it('the function refuses an invalid command with an explanation', async () => {
    const { failed, body } = await invokeKeys({ action: 'rotat' });
    expect([failed, body.errorMessage]).toEqual(['Unhandled', expect.stringContaining('expected {"action":"rotate"}')]);
  });
});
