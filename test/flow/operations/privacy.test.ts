import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { User } from '../../support/browser/user.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { partsOf } from '../../support/credentials/forged-token.ts';
import {
  callMcp,
  obtainCode,
  obtainSession,
  redeem,
  refresh,
  registerClient,
  type Session,
} from '../../support/http/oauth-requests.ts';
import { freePortPair } from '../../support/memory/ports.ts';
import { invokeAsOperator, rowsOf, tableNames } from '../../support/operator.ts';

// The printed commands export and erase what is stored about a user.

const START_MS = 60_000;
const LOGIN = 'zoe.leaves';
/** A configuration in which every feature that stores rows about a user is on. */
const CONFIG = {
  rememberConsent: true,
  servers: { '/mcp': { identity: ['email', 'profile'], rateLimit: { requestsPerMinute: 100 } } },
};
const WEBSITE = 'https://client.example.com/callback';
const ZOE = { identityProvider: 'company', upstreamSubject: LOGIN };

let dataDir: string;
let port: number;
let cloud: LocalCloud;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-data-'));
  port = await freePortPair();
  await start();
  await everyRow();
}, 2 * START_MS);
afterAll(async () => {
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const start = async () => {
  cloud = await startLocalCloud({ port, dataDir, config: CONFIG, args: ['--admin'] });
};

/** Connects a web client, and has the consent remembered. */
const rememberConsent = async (user: User): Promise<void> => {
  const metadata = { redirect_uris: [WEBSITE], token_endpoint_auth_method: 'client_secret_post' };
  const client = await registerClient(cloud, metadata);
  await obtainCode(cloud, client, { user, remember: true, parameters: { redirect_uri: WEBSITE } });
};

const subjectOf = ({ accessToken }: Session): string => String(partsOf(accessToken).claims.sub);

const everyRow = async (): Promise<string> => {
  const rows = await Promise.all((await tableNames()).map((table) => rowsOf(cloud, table)));
  return rows
    .flat()
    .map((row) => JSON.stringify(row))
    .join('\n');
};

describe('Export and erasure of a user', () => {
  let sessions: Session[];
  let other: Session;
  beforeAll(async () => {
    const zoe = new User(cloud, LOGIN);
    sessions = [await obtainSession(cloud, { user: zoe }), await obtainSession(cloud, { user: zoe })];
    other = await obtainSession(cloud, { user: new User(cloud, 'grace') });
    await rememberConsent(zoe);
    for (const { accessToken } of sessions) await callMcp(cloud.mcpUrl, accessToken);
  });

  it('#239 export: contains everything that is stored, but no secret', async () => {
    const [session] = sessions;
    if (!session) throw new Error('no user logged in');
    const { failed, body } = await invokeAsOperator(cloud, 'Privacy', { action: 'export', ...ZOE });
    expect(failed).toBeUndefined();
    expect(body.subject).toBe(subjectOf(session));
    expect(body.connections).toHaveLength(3);
    expect(body.rememberedConsents).toEqual([
      expect.objectContaining({ redirectUri: WEBSITE, identityProviderId: 'company' }),
    ]);
    expect(body.connections.map(({ clientId }: { clientId: string }) => clientId)).toContain(session.client.client_id);
    // Their order is undefined, because they may have the same second.
    expect(body.connections).toContainEqual(
      expect.objectContaining({
        resource: cloud.mcpUrl,
        scopes: expect.arrayContaining(['mcp', 'email', 'profile']),
        status: 'redeemed',
        identity: expect.objectContaining({ subject: LOGIN, email: `${LOGIN}@example.com`, emailVerified: true }),
      }),
    );
    expect(JSON.stringify(body)).not.toMatch(/"\w*(hash|secret|salt|challenge)\w*":|gh_(?!client_)/i);
    expect(await everyRow()).toContain(body.subject);
  });

  it('#238 erase: refresh tokens and codes end at once, no row names the user, other users are not affected', async () => {
    const [session] = sessions;
    if (!session) throw new Error('no user logged in');
    const waiting = await obtainCode(cloud, await registerClient(cloud), { user: new User(cloud, LOGIN) });
    const { failed, body } = await invokeAsOperator(cloud, 'Privacy', { action: 'erase', ...ZOE });
    expect([failed, body]).toEqual([undefined, expect.objectContaining({ grants: 4, rememberedConsents: true })]);

    expect((await refresh(cloud, session.client, session.refreshToken)).body.error).toBe('invalid_grant');
    expect((await redeem(cloud, waiting)).body.error).toBe('invalid_grant');
    expect((await refresh(cloud, other.client, other.refreshToken)).status).toBe(200);

    const rows = await everyRow();
    expect(rows).toContain(subjectOf(other));
    for (const name of [subjectOf(session), LOGIN]) expect(rows).not.toContain(name);
    // Three letters occur in random ids too, so only the whole word counts.
    expect(rows).not.toMatch(/(?<![\w-])Zoe(?![\w-])/);
    const { body: left } = await invokeAsOperator(cloud, 'Privacy', { action: 'export', subject: subjectOf(session) });
    expect([left.connections, left.rememberedConsents]).toEqual([[], []]);
  }, 60_000);

  it('#238 the logged evidence names no user', () => {
    const line = cloud
      .output()
      .split('\n')
      .find((one) => one.includes('subject_erased'));
    expect(line).toBeDefined();
    const [session] = sessions;
    for (const name of [session && subjectOf(session), LOGIN]) expect(cloud.output()).not.toContain(name);
  });

  it(
    '#238 every authorizer that has read the key ring since then refuses the access tokens',
    async () => {
      await cloud.stop();
      await start();
      for (const { accessToken } of sessions) expect((await callMcp(cloud.mcpUrl, accessToken)).status).toBe(401);
      expect((await callMcp(cloud.mcpUrl, other.accessToken)).status).toBe(200);
    },
    START_MS,
  );

  it('an erased user may log in again', async () => {
    const session = await obtainSession(cloud, { user: new User(cloud, LOGIN) });
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
    expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
    const { body } = await invokeAsOperator(cloud, 'Privacy', { action: 'export', ...ZOE });
    expect(body.connections).toHaveLength(1);
  });

  it('the function refuses an invalid command with an explanation', async () => {
    const { failed, body } = await invokeAsOperator(cloud, 'Privacy', { action: 'erase', subject: 'zoe' });
    expect([failed, body.errorMessage]).toEqual(['Unhandled', expect.stringContaining('subject: expected the sub of')]);
  });
});
