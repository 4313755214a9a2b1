import { User } from '../../support/browser/user.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { formsOf } from '../../support/http/html-form.ts';
import {
  authorizationRequest,
  callMcp,
  obtainCode,
  obtainSession,
  postForm,
  redeem,
  refresh,
  registerClient,
  revoke,
} from '../../support/http/oauth-requests.ts';
import { putRow, type Row, rowsOf } from '../../support/operator.ts';

// #231 Unreadable rows in every table. A request that reads one fails with a server error, and all other requests
// succeed.

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ args: ['--admin'] });
  await rowsOf(cloud, 'Keys');
}, 120_000);
afterAll(() => cloud?.stop());
/** Another client is served, although the rows are unreadable. */
const othersAreServed = async (): Promise<void> => {
  const session = await obtainSession(cloud, { client: await registerClient(cloud, { client_name: 'Later' }) });
  expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
  expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
};

const GARBAGE: readonly (readonly [what: string, row: Row])[] = [
  ['only its key', {}],
  ['bytes', { schemaVersion: { N: '1' }, status: { B: new Uint8Array([0, 255, 7]) } }],
  ['a future version', { schemaVersion: { N: '2' } }],
  [
    'other types',
    { schemaVersion: { N: '1' }, status: { L: [] }, redirectUris: { S: 'x' }, expiresAt: { N: '9999999999' } },
  ],
];

const unavailable = { status: 503, body: expect.objectContaining({ error: 'temporarily_unavailable' }) };

describe.each(GARBAGE)('A row with %s', (_what, garbage) => {
  afterAll(othersAreServed);

  it('of a client leads to an error page and a server error, never to an unknown client', async () => {
    const client = await registerClient(cloud, { client_name: `Poisoned ${JSON.stringify(garbage).slice(0, 40)}` });
    const session = await obtainSession(cloud, { client });
    await putRow(cloud, 'Clients', { ...garbage, clientId: { S: client.client_id } });
    const seen = await new User(cloud).open(authorizationRequest(cloud, client).url);
    expect([seen.status, seen.left]).toEqual([503, undefined]);
    expect(await refresh(cloud, client, session.refreshToken)).toMatchObject(unavailable);
    // No function reads the table to verify an access token.
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
  });

  it('of a grant makes neither the code nor the refresh token invalid', async () => {
    const client = await registerClient(cloud, { client_name: 'With a bad grant' });
    const session = await obtainSession(cloud, { client });
    const waiting = await obtainCode(cloud, client);
    const before = await rowsOf(cloud, 'Grants');
    for (const { grantId } of before) {
      if (grantId) await putRow(cloud, 'Grants', { ...garbage, grantId });
    }
    expect(await refresh(cloud, client, session.refreshToken)).toMatchObject(unavailable);
    expect(await redeem(cloud, waiting)).toMatchObject(unavailable);
    expect((await revoke(cloud, client, session.refreshToken)).status).toBe(503);
    const token = { token: session.accessToken, client_id: client.client_id };
    expect((await postForm(`${cloud.origin}/introspect`, token)).status).not.toBe(500);
    const userinfo = await fetch(`${cloud.origin}/userinfo`, {
      headers: { authorization: `Bearer ${session.accessToken}` },
    });
    expect(userinfo.status).toBe(503);

    // After the row is repaired, everything works as before.
    for (const row of before) await putRow(cloud, 'Grants', row);
    expect((await refresh(cloud, client, session.refreshToken)).status).toBe(200);
    expect((await redeem(cloud, waiting)).status).toBe(200);
  });

  it('of a transaction leads to a page without a code', async () => {
    const user = new User(cloud);
    const { url } = authorizationRequest(cloud, await registerClient(cloud));
    const consentPage = await user.open(url);
    const [form] = formsOf(consentPage.html);
    if (!form) throw new Error(`no form on the consent page: ${consentPage.html}`);
    const loginPage = await user.submit(consentPage, form, { decision: 'approve' });
    for (const { transactionId, status } of await rowsOf(cloud, 'Transactions')) {
      if (transactionId && status?.S === 'approved') await putRow(cloud, 'Transactions', { ...garbage, transactionId });
    }
    const [login] = formsOf(loginPage.html);
    if (!login) throw new Error(`no form on the login page: ${loginPage.html}`);
    const seen = await user.submit(loginPage, login, { login: 'ada' });
    expect([seen.status, seen.left]).toEqual([503, undefined]);
    expect(seen.html).toContain('<html');
  });

  it('of the key ring stops new tokens until it is repaired, while authorizers and documents use their copies', async () => {
    const session = await obtainSession(cloud);
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
    const [ring] = await rowsOf(cloud, 'Keys');
    if (!ring) throw new Error('there is no key ring');
    await putRow(cloud, 'Keys', { ...garbage, id: { S: 'ring' } });
    expect(await refresh(cloud, session.client, session.refreshToken)).toMatchObject(unavailable);
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
    await putRow(cloud, 'Keys', ring);
    expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
  });
});
