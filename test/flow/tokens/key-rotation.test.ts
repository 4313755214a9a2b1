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
/** Lifetimes of access tokens. The clocks of the functions move past them, so that the test does not wait. */
const SHORTER_SECONDS = 600;
const LONGER_SECONDS = 660;
const RETIRED_MS = (PUBLISH_SECONDS + LONGER_SECONDS + 60) * 1000;
/** Epoch seconds may round one second away. */
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

/** A deployment; each with another lifetime, so that CloudFormation has a reason to call. */
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
/** A mark for nobody, whose answer shows the ring. */
const show = () => ringAfter({ action: 'setNotBefore', subject: 'nobody' });
const statesOf = ({ keys }: Ring) => keys.map(({ kid, state }) => [kid, state]);

/** Refreshes and calls without a pause until told to stop. */
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
  it('#109 runs through under traffic, by the printed command, and no deployment disturbs it', async () => {
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
    // The former key signs no more, and its tokens are still good.
    const { status, body } = await refresh(cloud, session.client, before.refreshToken);
    expect([status, before.kids[0]]).toEqual([200, first]);
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
    await cloud.restart({ clockOffsetMs: RETIRED_MS });
    const later = startTraffic({ ...session, refreshToken: body.refresh_token });
    await later.flowing;
    const { failures, kids, refreshToken } = await later.stop();
    expect([...before.failures, ...failures]).toEqual([]);
    expect(kids).toEqual([second]);

    await deploy(LONGER_SECONDS);
    expect(statesOf(await show())).toEqual(statesOf(promoted));
    await cloud.restart({ clockOffsetMs: RETIRED_MS });
    // As the daily schedule does it.
    expect(await invokeKeys({})).toEqual({ failed: undefined, body: null });
    expect(statesOf(await show())).toEqual([[second, 'active']]);
    expect((await refresh(cloud, session.client, refreshToken)).status).toBe(200);
    // The provider's clock has not moved, so that a login needs ours back.
    await cloud.restart();
  });

  it('#230 a mark for a client ends its refresh token at once, and nobody else’s', async () => {
    const ofClient = async (client_name: string) =>
      obtainSession(cloud, { client: await registerClient(cloud, { client_name }) });
    const [marked, other] = [await ofClient('Marked'), await ofClient('Other')];
    await ringAfter({ action: 'setNotBefore', clientId: marked.client.client_id });
    expect((await refresh(cloud, marked.client, marked.refreshToken)).body.error).toBe('invalid_grant');
    expect((await refresh(cloud, other.client, other.refreshToken)).status).toBe(200);
  });

  it('emergency: one command; refresh tokens end at once, and a new login works with the new key', async () => {
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

  it('what is no command is refused by the function, in words', async () => {
    const { failed, body } = await invokeKeys({ action: 'rotat' });
    expect([failed, body.errorMessage]).toEqual(['Unhandled', expect.stringContaining('expected {"action":"rotate"}')]);
  });
});
