import { generateKeyPair, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Provider, { type Context } from 'oidc-provider';
import { openStateFile } from '../cloud/services/state-file.ts';
import { serveGithub } from './github.ts';
import { loginPage, messagePage } from './pages.ts';
import { refreshTokensOf, withOfflineRequest } from './refresh-tokens.ts';
import { readForm, send, sendPage } from './send.ts';
import { createStore } from './store.ts';
import type { UpstreamClient } from './upstream-client.ts';
import { parseLogin } from './user.ts';
import { claimsOf, EXTRA_CLAIMS, isRefused, simulateTrouble } from './user-claims.ts';

/** The provider's keys. They are kept, so that its signatures and cookies stay valid after a restart. */
export interface ProviderKeys {
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly cookieKey: string;
}

const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;

/**
 * Reads the provider's keys, or creates them. Without a folder every run has new keys.
 *
 * @throws DataFolderError when the file is damaged
 */
export const providerKeys = async (dataDir: string | undefined): Promise<ProviderKeys> => {
  const file = dataDir && join(dataDir, 'development-provider.json');
  const kept = await openStateFile<Partial<ProviderKeys>>(file, {});
  const { jwk, cookieKey } = kept.value;
  if (jwk && cookieKey) return { jwk, cookieKey };
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const keys: ProviderKeys = {
    jwk: {
      ...privateKey.export({ format: 'jwk' }),
      use: 'sig',
      alg: 'RS256',
      kid: randomBytes(8).toString('base64url'),
    },
    cookieKey: randomBytes(32).toString('base64url'),
  };
  Object.assign(kept.value, keys);
  await kept.save();
  return keys;
};

/**
 * OpenID providers for development, one for each id: discovery, authorization code with PKCE and nonce, ID tokens,
 * userinfo. They accept any login name and show no consent page. Their state is in memory.
 *
 * @param origin such as `http://localhost:4801`; the issuer of a provider is `<origin>/<id>`
 */
export const createIdentityProvider = (
  origin: string,
  clients: Readonly<Record<string, UpstreamClient>>,
  keys: ProviderKeys,
): RequestListener => {
  const providers = new Map(
    Object.entries(clients).map(([id, client]) => [
      id,
      client.kind === 'github' ? serveGithub(origin, id, client) : serveProvider(origin, id, client, keys),
    ]),
  );
  return (request, response) => {
    const id = /^\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? '';
    const serve = providers.get(id);
    if (serve) return void serve(request, response).catch(() => sendPage(response, 500, 'The provider failed', ''));
    sendPage(response, 404, 'Development provider', `Nothing is here. Providers: ${[...providers.keys()].join(', ')}`);
  };
};

const serveProvider = (origin: string, id: string, client: UpstreamClient, keys: ProviderKeys) => {
  const provider = new Provider(
    `${origin}/${id}`,
    configurationOf(id, client, keys, () => provider),
  );
  const callback = provider.callback();
  const interactions = new RegExp(`^/${id}/interaction/`);

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (interactions.test(request.url ?? '')) return interact(provider, id, request, response);
    // Mounted as in a framework: the provider sees its own paths, and derives the prefix from `originalUrl`.
    const mounted = request as IncomingMessage & { originalUrl?: string };
    mounted.url = withOfflineRequest(client.kind ?? 'oidc', (request.url ?? '').slice(id.length + 1) || '/');
    mounted.originalUrl = `/${id}${mounted.url}`;
    await callback(mounted, response);
  };
};

const configurationOf = (id: string, client: UpstreamClient, keys: ProviderKeys, provider: () => Provider) => {
  const { kind = 'oidc', behaviour = {} } = client;
  const refreshTokens = refreshTokensOf(kind);
  return {
    ...refreshTokens.configuration,
    adapter: createStore(),
    claims: {
      openid: ['sub', ...EXTRA_CLAIMS],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username'],
    },
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [client.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: client.tokenEndpointAuthentication ?? 'client_secret_basic',
      },
    ],
    // The ID token contains the claims of the scopes, as it does with most providers.
    conformIdTokenClaims: false,
    cookies: {
      keys: [keys.cookieKey],
      // Cookies ignore ports. The path hides them from Gatehouse, and the names separate the providers.
      names: { session: `dev_${id}_session`, interaction: `dev_${id}_interaction`, resume: `dev_${id}_resume` },
      long: { httpOnly: true, sameSite: 'lax', path: `/${id}` },
      // The provider sets a path for each login, because two tabs must not share one cookie.
      short: { httpOnly: true, sameSite: 'lax' },
    },
    expiresWithSession: () => false,
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    findAccount: async ({ oidc }: Context, sub: string) => {
      if (oidc.route === 'token') await simulateTrouble(sub);
      return behaviour.isRemoved?.(sub) ? undefined : { accountId: sub, claims: async () => claimsOf(kind, sub) };
    },
    interactions: { url: (_context: Context, { uid }: { uid: string }) => `/${id}/interaction/${uid}` },
    jwks: { keys: [keys.jwk] },
    loadExistingGrant: async ({ oidc }: Context) => {
      const grant = new (provider().Grant)({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope([...oidc.requestParamScopes].join(' '));
      refreshTokens.remember(await grant.save(), oidc);
      return grant;
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    renderError: (context: Context, out: { error: string; error_description?: string }) => {
      context.type = 'html';
      context.body = messagePage(
        'The development provider refused this',
        `${out.error}: ${out.error_description ?? ''}`,
      );
    },
    ttl: {
      AccessToken: () => behaviour.accessTokenSeconds ?? 10 * MINUTE_SECONDS,
      AuthorizationCode: MINUTE_SECONDS,
      Grant: DAY_SECONDS,
      RefreshToken: DAY_SECONDS,
      IdToken: 10 * MINUTE_SECONDS,
      Interaction: 60 * MINUTE_SECONDS,
      Session: 60 * MINUTE_SECONDS,
    },
  };
};

/** Shows the login form and handles its submission. */
const interact = async (provider: Provider, id: string, request: IncomingMessage, response: ServerResponse) => {
  const interaction = await provider.interactionDetails(request, response).catch(() => undefined);
  if (!interaction) return sendPage(response, 400, 'This login is over', 'Go back to the program and connect again.');
  const action = `/${id}/interaction/${interaction.uid}`;
  if (request.method !== 'POST') {
    const hint = String(interaction.params.login_hint ?? '');
    return send(response, 200, loginPage({ providerId: id, action, hint }));
  }
  const typed = new URLSearchParams(await readForm(request)).get('login') ?? '';
  const login = parseLogin(typed);
  if (!login) {
    const problem = 'Letters, digits and . _ + - only, at most 64 of them.';
    return send(response, 400, loginPage({ providerId: id, action, hint: typed, problem }));
  }
  if (isRefused(login)) {
    const error = { error: 'access_denied', error_description: 'The login was declined.' };
    return provider.interactionFinished(request, response, error);
  }
  // A login counts as consent to everything.
  await provider.interactionFinished(request, response, { login: { accountId: login }, consent: {} });
};
