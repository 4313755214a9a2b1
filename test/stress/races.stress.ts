import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { User } from '../support/browser/user.ts';
import { assertionForm } from '../support/credentials/client-assertions.ts';
import { keys, putBackRing } from '../support/faults/flows/administration.ts';
import type { WalkGround } from '../support/faults/walk-ground.ts';
import { formsOf } from '../support/http/html-form.ts';
import {
  authorizationRequest,
  obtainCode,
  obtainSession,
  postForm,
  postRegistration,
  redeem,
  refresh,
} from '../support/http/oauth-requests.ts';
import { pendingLogin } from '../support/memory/known-values.ts';
import { newClient, type Races, race, startRaces, tally } from './race.ts';

let cloud: WalkGround;
let rounds: Races['rounds'];
let stop: Races['stop'];
beforeAll(async () => {
  ({ cloud, rounds, stop } = await startRaces());
});
afterAll(() => stop?.());

/** Repeats requests that the throttle of the route (50 a second) refused. */
const registration = async (
  metadata: Readonly<Record<string, unknown>>,
): Promise<Awaited<ReturnType<typeof postRegistration>>> => {
  const answer = await postRegistration(cloud, metadata);
  if (answer.status !== 429) return answer;
  await delay(Number(answer.headers.get('retry-after')) * 1000);
  return registration(metadata);
};

describe('Races', () => {
  it('#40 one code, fifty redemptions: one success', () =>
    rounds('a code redeemed by 50 at once', async () => {
      const code = await obtainCode(cloud, await newClient(cloud));
      const statuses = (await race(50, () => redeem(cloud, code))).map(({ status }) => status);
      const isFine = statuses.filter((status) => status === 200).length === 1 && !statuses.some((one) => one >= 500);
      return isFine ? undefined : tally(statuses);
    }));

  it('#79 one refresh token, twenty refreshes: one successor, which works', () =>
    rounds('a refresh token used by 20 at once', async () => {
      const { client, refreshToken } = await obtainSession(cloud, { client: await newClient(cloud) });
      const answers = await race(20, () => refresh(cloud, client, refreshToken));
      const successors = new Set(answers.map(({ status, body }) => (status === 200 ? body.refresh_token : status)));
      if (successors.size !== 1) return tally(answers.map(({ status }) => status));
      const next = await refresh(cloud, client, answers[0]?.body.refresh_token);
      return next.status === 200 ? undefined : `the successor is answered ${next.status}`;
    }));

  it('#131 one consent form, sent five times: one login', () =>
    rounds('a consent form sent 5 times at once', async () => {
      const user = new User(cloud);
      const seen = await user.open(authorizationRequest(cloud, await newClient(cloud)).url);
      const [form] = formsOf(seen.html);
      const button = form?.buttons.find(({ name, value }) => name === 'idp' || value === 'approve');
      const body = new URLSearchParams({ ...form?.fields, [button?.name ?? '']: button?.value ?? '' });
      const answers = await race(5, () =>
        user.request(new URL('/consent', cloud.origin), { method: 'POST', headers: { origin: cloud.origin }, body }),
      );
      const places = answers.map((answer) => answer.headers.get('location') ?? answer.status);
      return new Set(places).size === 1 && places[0] !== 503 ? undefined : tally(answers.map(({ status }) => status));
    }));

  it('#145 one callback, sent ten times: one code', () =>
    rounds('a callback requested by 10 at once', async () => {
      const { url, cookies } = await pendingLogin(cloud, await newClient(cloud));
      const answers = await race(10, () => fetch(url, { headers: { cookie: cookies }, redirect: 'manual' }));
      const codes = answers.filter((answer) => answer.headers.get('location')?.includes('code='));
      const hasFault = answers.some(({ status }) => status >= 500);
      return codes.length === 1 && !hasFault ? undefined : tally(answers.map(({ status }) => status));
    }));

  it('#171 one client, registered twenty times: one client', () =>
    rounds('a registration sent by 20 at once', async () => {
      const metadata = { client_name: `Race ${randomUUID()}` };
      const answers = await race(20, () => registration(metadata));
      const ids = new Set(answers.map(({ status, body }) => (status === 201 ? body.client_id : status)));
      return ids.size === 1 ? undefined : tally(answers.map(({ status }) => status));
    }));

  it('#202 one assertion, presented twenty times: one success', () =>
    rounds('an assertion presented by 20 at once', async () => {
      const { key, keyClientId } = cloud.machine;
      const jwt = await key.sign(keyClientId, `${cloud.origin}/token`, Math.floor(Date.now() / 1000));
      const form = { grant_type: 'client_credentials', resource: cloud.mcpUrl, ...assertionForm(jwt) };
      const statuses = (await race(20, () => postForm(`${cloud.origin}/token`, form))).map(({ status }) => status);
      const isFine = statuses.filter((status) => status === 200).length === 1 && !statuses.some((one) => one >= 500);
      return isFine ? undefined : tally(statuses);
    }));

  it('#109 one key ring, rotated three times at once: one next key', () =>
    rounds('a rotation begun by 3 at once', async () => {
      await putBackRing(cloud);
      const answers = await race(3, () => keys(cloud, { action: 'rotate' }));
      const { body } = await keys(cloud, { action: 'setNotBefore', subject: 'nemo' });
      const states = (body as { keys: readonly { state: string }[] }).keys.map(({ state }) => state).sort();
      const isFine = states.join() === 'active,next' && answers.some(({ status }) => status === 200);
      return isFine ? undefined : `${states.join()} after ${tally(answers.map(({ status }) => status))}`;
    }));
});
