import { type SignInChoices, User } from '../browser/user.ts';
import type { CloudAddress } from '../cloud/local-cloud.ts';
import { formsOf } from '../http/html-form.ts';
import {
  authorizationRequest,
  type Code,
  obtainCode,
  obtainSession,
  type RegisteredClient,
  registerClient,
  type Session,
} from '../http/oauth-requests.ts';

/** A login on its way back: the URL of the callback, and the cookies of the browser to which it belongs. */
export interface PendingLogin {
  readonly url: URL;
  readonly cookies: string;
}

/** A form of ours, and the cookies of the browser that has it. */
interface OpenForm {
  readonly fields: Readonly<Record<string, string>>;
  readonly cookies: string;
}

/** Values that a real user and client of this server know. They take random requests beyond the first check. */
export interface KnownValues {
  readonly cloud: CloudAddress;
  readonly client: RegisteredClient;
  /** Confidential, with a registration access token: each may be deleted by chance. */
  readonly managedClients: readonly (RegisteredClient & { readonly registration_access_token: string })[];
  /** One to be used up by each kind of endpoint. */
  readonly sessions: { readonly token: Session; readonly revoke: Session; readonly mcp: Session };
  readonly codes: readonly Code[];
  readonly pendingLogins: readonly PendingLogin[];
  /** The fields of a consent form, and the cookies of the browser that has it. */
  readonly consent: OpenForm;
  /** The same of the page of one's own connections. */
  readonly connections: OpenForm;
}

const CONFIDENTIAL = { token_endpoint_auth_method: 'client_secret_post' };

export const gatherKnownValues = async (cloud: CloudAddress): Promise<KnownValues> => {
  // Cold starts, all at once on a busy machine, are another test's matter.
  for (const path of ['.well-known/jwks.json', 'userinfo', 'health', 'connections'])
    await fetch(`${cloud.origin}/${path}`);
  for (const path of ['introspect', 'revoke']) await fetch(`${cloud.origin}/${path}`, { method: 'POST' });
  const client = await registerClient(cloud);
  const session = (login: string) => obtainSession(cloud, { client, user: new User(cloud, login) });
  return {
    cloud,
    client,
    managedClients: await severally(5, async () => (await registerClient(cloud, CONFIDENTIAL)) as never),
    sessions: { token: await session('ada'), revoke: await session('grace'), mcp: await session('hedy') },
    codes: await severally(5, () => obtainCode(cloud, client)),
    pendingLogins: await severally(10, () => pendingLogin(cloud, client)),
    consent: await openConsent(cloud, client),
    connections: await openConnections(cloud, client),
  };
};

/** Values that no error may repeat. At most, the request contained them. */
export const secretsOf = ({ sessions, codes, managedClients }: KnownValues): string[] => [
  ...Object.values(sessions).flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken]),
  ...codes.flatMap(({ code, codeVerifier }) => [code, codeVerifier]),
  ...managedClients.flatMap(({ client_secret = '-', registration_access_token: token }) => [client_secret, token]),
];

const severally = async <T>(count: number, make: () => Promise<T>): Promise<T[]> => {
  const made: T[] = [];
  for (let index = 0; index < count; index += 1) made.push(await make());
  return made;
};

const openConsent = async (cloud: CloudAddress, client: RegisteredClient): Promise<OpenForm> => {
  const user = new User(cloud);
  const { html } = await user.open(authorizationRequest(cloud, client).url);
  return { fields: formsOf(html)[0]?.fields ?? {}, cookies: await user.jar.getCookieString(cloud.origin) };
};

const openConnections = async (cloud: CloudAddress, client: RegisteredClient): Promise<OpenForm> => {
  const user = new User(cloud, 'edith');
  await obtainCode(cloud, client, { user });
  const { html } = await user.signIn(`${cloud.origin}/connections`);
  return { fields: formsOf(html)[0]?.fields ?? {}, cookies: await user.jar.getCookieString(cloud.origin) };
};

/** Goes as far as the provider's answer, which is kept back. */
export const pendingLogin = async (
  cloud: CloudAddress,
  client: RegisteredClient,
  user = new User(cloud),
  choices: SignInChoices = {},
): Promise<PendingLogin> => {
  const request = user.request.bind(user);
  let back: URL | undefined;
  user.request = async (url, init) => {
    if (!url.pathname.startsWith('/callback/')) return request(url, init);
    back = url;
    return new Response('kept back');
  };
  await user.signIn(authorizationRequest(cloud, client).url, choices);
  user.request = request;
  if (back === undefined) throw new Error('the provider did not send the browser back');
  return { url: back, cookies: await user.jar.getCookieString(cloud.origin) };
};
