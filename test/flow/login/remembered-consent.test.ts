import { type Seen, User } from '../../support/browser/user.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { formsOf } from '../../support/http/html-form.ts';
import {
  authorizationRequest,
  callbackParameters,
  obtainCode,
  type RegisteredClient,
  redeem,
  registerClient,
} from '../../support/http/oauth-requests.ts';

const REDIRECT_URI = 'https://client.example.com/callback';
const WEBSITE = { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'client_secret_post' };

let cloud: LocalCloud;
let client: RegisteredClient;
beforeAll(async () => {
  cloud = await startLocalCloud({ config: { rememberConsent: true } });
  client = await registerClient(cloud, WEBSITE);
}, 60_000);
afterAll(() => cloud?.stop());

const ask = (user: User, site?: string, parameters: Record<string, string> = {}): Promise<Seen> =>
  user.open(authorizationRequest(cloud, client, { redirect_uri: REDIRECT_URI, ...parameters }).url, {
    headers: site === undefined ? {} : { 'sec-fetch-site': site },
  });

/** Logs in at the provider, unless the provider already knows the user. */
const logIn = (user: User, seen: Seen): Promise<Seen> | Seen => {
  const form = formsOf(seen.html).find(({ fields }) => 'login' in fields);
  return form === undefined ? seen : user.submit(seen, form, { login: user.login });
};

/** A user who has connected and had the consent remembered. */
const remembering = async (login: string): Promise<User> => {
  const user = new User(cloud, login);
  await obtainCode(cloud, client, { user, remember: true, parameters: { redirect_uri: REDIRECT_URI } });
  return user;
};

const isForm = (seen: Seen): boolean => seen.left === undefined && seen.html.includes('name="decision"');

describe('Remembered consent over HTTP', () => {
  it('a user who opens the URL directly gets a working code without a form', async () => {
    const user = await remembering('rene');
    const request = authorizationRequest(cloud, client, { redirect_uri: REDIRECT_URI });
    const seen = await user.open(request.url, { headers: { 'sec-fetch-site': 'none' } });
    expect(isForm(seen)).toBe(false);
    const code = callbackParameters(await logIn(user, seen)).get('code') ?? '';
    const answer = await redeem(
      cloud,
      { client, code, codeVerifier: request.codeVerifier },
      { redirect_uri: REDIRECT_URI },
    );
    expect([answer.status, answer.body.token_type]).toEqual([200, 'Bearer']);
  });

  it('#128 cross-site, same-site and absent Sec-Fetch-Site lead to the form', async () => {
    const user = await remembering('rita');
    for (const site of ['cross-site', 'same-site', undefined]) expect(isForm(await ask(user, site))).toBe(true);
  });

  it('#125, #140 another client, or the same client with one more scope, leads to the form', async () => {
    const user = await remembering('rosa');
    expect(isForm(await ask(user, 'none', { scope: 'mcp mcp:write' }))).toBe(true);
    const other = await registerClient(cloud, WEBSITE);
    expect(isForm(await ask(user, 'none', { client_id: other.client_id }))).toBe(true);
  });

  it('#128 a client without credentials is asked every time', async () => {
    const user = new User(cloud, 'rick');
    const open = await registerClient(cloud, { redirect_uris: [REDIRECT_URI] });
    await obtainCode(cloud, open, { user, parameters: { redirect_uri: REDIRECT_URI } });
    const seen = await ask(user, 'none', { client_id: open.client_id });
    expect([isForm(seen), seen.html.includes('name="remember"')]).toEqual([true, false]);
  });

  it('a consent ended on the connections page no longer applies', async () => {
    const user = await remembering('rolf');
    const page = await user.signIn(`${cloud.origin}/connections`);
    const form = formsOf(page.html).find(({ fields }) => fields.consent !== undefined);
    if (form === undefined) throw new Error(`no remembered consent: ${page.html}`);
    const after = await user.submit(page, form, { action: 'forget' });
    expect(after.html).not.toContain('Applications that don’t ask again');
    expect(isForm(await ask(user, 'none'))).toBe(true);
  });
});
