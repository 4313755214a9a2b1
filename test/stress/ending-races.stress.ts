import { randomUUID } from 'node:crypto';
import { User } from '../support/browser/user.ts';
import { partsOf } from '../support/credentials/forged-token.ts';
import { isInvalidGrant } from '../support/faults/flows/afterwards.ts';
import { confidential } from '../support/faults/flows/clients.ts';
import { command } from '../support/faults/flows/command.ts';
import { exchange } from '../support/faults/flows/privacy.ts';
import { changed, configure } from '../support/faults/flows/registrations.ts';
import type { WalkGround } from '../support/faults/walk-ground.ts';
import { formsOf } from '../support/http/html-form.ts';
import { obtainSession, postForm, refresh, revoke, type Session } from '../support/http/oauth-requests.ts';
import { FEWER_ROUNDS, newClient, type Races, ROUNDS, race, startRaces, tally } from './race.ts';

// Races in which a token, connection, client or user is ended while in use.

/** Longer than the lifetime of the development provider's access tokens. */
const PROVIDERS_TOKEN_IS_OVER_SECONDS = 605;

let cloud: WalkGround;
let rounds: Races['rounds'];
let stop: Races['stop'];
beforeAll(async () => {
  ({ cloud, rounds, stop } = await startRaces({ identityProviders: { kept: { kind: 'oidc', keepTokens: true } } }));
});
afterAll(() => stop?.());

const newPerson = () => new User(cloud, `p${randomUUID().slice(0, 8)}`);

/** What still works in a session, or undefined. */
const alive = async ({ client, refreshToken, accessToken }: Session): Promise<string | undefined> => {
  const refreshed = await refresh(cloud, client, refreshToken);
  if (!isInvalidGrant(refreshed)) return `the refresh token is answered ${refreshed.status}`;
  if (client.client_secret === undefined) return undefined;
  const { client_id, client_secret } = client;
  const { body } = await postForm(`${cloud.origin}/introspect`, { client_id, client_secret, token: accessToken });
  return body.active === false ? undefined : `the access token is introspected as ${JSON.stringify(body)}`;
};

it('#76 one token, revoked ten times while it is refreshed: ended, or replaced by one that ends it', () =>
  rounds('a token revoked by 10 while 5 refresh it', async () => {
    const session = await obtainSession(cloud, { client: await confidential(cloud) });
    const { client, refreshToken } = session;
    const [revoked, refreshed] = await Promise.all([
      race(10, () => revoke(cloud, client, refreshToken)),
      race(5, () => refresh(cloud, client, refreshToken)),
    ]);
    if (revoked.some(({ status }) => status !== 200)) return tally(revoked.map(({ status }) => status));
    const odd = refreshed.find((answer) => answer.status !== 200 && !isInvalidGrant(answer));
    if (odd !== undefined) return `a refresh is answered ${odd.status} ${JSON.stringify(odd.body)}`;
    const delivered = refreshed.filter(({ status }) => status === 200).map(({ body }) => body);
    const successors = new Set(delivered.map(({ refresh_token }) => refresh_token as string));
    if (successors.size > 1) return `${successors.size} lineages`;
    // A refresh that came first has replaced the token, so that revoking it changed nothing. Its successor can be revoked.
    for (const successor of successors) {
      const { status } = await revoke(cloud, client, successor);
      if (status !== 200) return `revoking the successor is answered ${status}`;
    }
    for (const { access_token, refresh_token } of [...delivered]) {
      const left = await alive({ client, accessToken: access_token, refreshToken: refresh_token });
      if (left !== undefined) return `after it was revoked, ${left}`;
    }
    return alive(session);
  }));

it('A30 eight grants, revoked at once: all are listed for the door', () =>
  rounds(
    '8 grants revoked at once',
    async () => {
      const client = await newClient(cloud);
      const sessions: Session[] = [];
      for (let count = 0; count < 8; count += 1) sessions.push(await obtainSession(cloud, { client }));
      const answers = await Promise.all(sessions.map(({ refreshToken }) => revoke(cloud, client, refreshToken)));
      if (answers.some(({ status }) => status !== 200)) return tally(answers.map(({ status }) => status));
      const TableName = cloud.tableNamed('Keys');
      const { Item } = await cloud.asOperator('dynamodb', 'GetItem', { TableName, Key: { id: { S: 'revoked' } } });
      const list = JSON.stringify(Item);
      const missing = sessions.filter(
        ({ accessToken }) => !list.includes(String(partsOf(accessToken).claims.grant_id)),
      );
      return missing.length === 0 ? undefined : `${missing.length} of 8 are missing`;
    },
    FEWER_ROUNDS,
  ));

it('one connection, ended five times at once: only this connection ends', () =>
  rounds('a connection ended by 5 at once', async () => {
    const user = newPerson();
    const session = await obtainSession(cloud, { client: await newClient(cloud), user, provider: 'company' });
    const page = await user.signIn(`${cloud.origin}/connections`, { provider: 'company' });
    const form = formsOf(page.html).find(({ fields }) => 'connection' in fields);
    if (form === undefined) return 'there is nothing to end';
    const other = await obtainSession(cloud, { client: await newClient(cloud), user, provider: 'company' });
    const answers = await race(5, () => user.submit(page, form, { action: 'end' }));
    if (answers.some(({ status }) => status !== 200)) return tally(answers.map(({ status }) => status));
    const { status } = await refresh(cloud, other.client, other.refreshToken);
    return status === 200 ? alive(session) : `the other connection is answered ${status}`;
  }));

it('RFC 7592 one registration, changed and deleted at once: deleted', () =>
  rounds(
    'a registration changed twice and deleted at once',
    async () => {
      const { client_id, registration_client_uri: uri, registration_access_token: token } = await confidential(cloud);
      const change = () => configure('PUT', uri, token, changed(client_id));
      const [first, deleted, second] = await Promise.all([change(), configure('DELETE', uri, token), change()]);
      const statuses = [first, second].map(({ status }) => status);
      const isFine = deleted.status === 204 && statuses.every((status) => [200, 401, 429].includes(status));
      const { status } = await configure('GET', uri, token);
      if (isFine && status === 401) return undefined;
      return `${status} after ${deleted.status} for DELETE and ${tally(statuses)} for PUT`;
    },
    // More requests would only hit the throttle of the route.
    FEWER_ROUNDS,
  ));

/** Every row of every table. */
const everyRow = async (): Promise<string> => {
  const rows: unknown[] = [];
  for (const TableName of cloud.tables) {
    let ExclusiveStartKey: unknown;
    do {
      const page = await cloud.asOperator('dynamodb', 'Scan', {
        TableName,
        ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
      });
      rows.push(page.Items);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }
  return JSON.stringify(rows);
};

it('#238 one user, erased by two operators while a client refreshes: no row and no token remains', () =>
  rounds(
    'a user erased by 2 at once while a client refreshes',
    async () => {
      const user = newPerson();
      const client = await confidential(cloud);
      let session = await obtainSession(cloud, { client, user, provider: 'company' });
      const erase = () =>
        command(cloud, 'Privacy', { action: 'erase', identityProvider: 'company', upstreamSubject: user.login });
      let isOver = false;
      const untilOver = async (): Promise<string | undefined> => {
        for (;;) {
          const answer = await refresh(cloud, client, session.refreshToken);
          const { access_token: accessToken, refresh_token: refreshToken } = answer.body;
          if (answer.status === 200) session = { client, accessToken, refreshToken };
          else if (!isInvalidGrant(answer)) return `a refresh is answered ${answer.status}`;
          if (answer.status !== 200 || isOver) return undefined;
        }
      };
      const refreshing = untilOver();
      const erased = await race(2, erase);
      isOver = true;
      const odd = await refreshing;
      if (odd !== undefined) return odd;
      // An operator whose command conflicted with the other sends it again.
      if (erased.some(({ status }) => status !== 200) && (await erase()).status !== 200) return 'erasing fails';
      const rows = await everyRow();
      const subject = String(partsOf(session.accessToken).claims.sub);
      for (const name of [user.login, subject]) if (rows.includes(name)) return `a row holds ${name}`;
      return alive(session);
    },
    FEWER_ROUNDS,
  ));

it('#90 one token, exchanged ten times after the upstream token expired: the provider is asked once', async () => {
  const callers: Session[] = [];
  for (let count = 0; count < ROUNDS; count += 1) {
    callers.push(await obtainSession(cloud, { client: await newClient(cloud), user: newPerson(), provider: 'kept' }));
  }
  cloud.setClock(PROVIDERS_TOKEN_IS_OVER_SECONDS, 'Token');
  await rounds('a token exchanged by 10 at once, one-time upstream', async () => {
    const { accessToken } = callers.pop() ?? { accessToken: '' };
    cloud.record();
    const answers = await race(10, () => exchange(cloud, accessToken));
    const asked = cloud.recorded().filter(({ service, action }) => service === 'upstream' && action === 'POST');
    const tokens = new Set(answers.map(({ status, body }) => (status === 200 ? body.access_token : status)));
    if (tokens.size !== 1 || asked.length !== 1) {
      return `asked ${asked.length} times for ${tally(answers.map(({ status }) => status))}`;
    }
    const { status, body } = await exchange(cloud, accessToken);
    return status === 200 && tokens.has(body.access_token) ? undefined : `another time it is ${status}`;
  });
  cloud.setClock(0, 'Token');
});
