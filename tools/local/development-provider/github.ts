import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { loginPage } from './pages.ts';
import { readForm, send, sendJson, sendPage } from './send.ts';
import type { UpstreamClient } from './upstream-client.ts';
import { parseLogin, userOf } from './user.ts';
import { hasWord, isRefused, simulateTrouble } from './user-claims.ts';

interface Authorization {
  readonly login: string;
  readonly scopes: readonly string[];
  readonly codeChallenge: string;
}

/**
 * GitHub for development: the authorization code flow with PKCE, whose errors have status 200, and the part of the API
 * that identifies a user. Codes and tokens are in memory.
 */
export const serveGithub = (origin: string, id: string, client: UpstreamClient) => {
  const codes = new Map<string, Authorization>();
  const tokens = new Map<string, Authorization>();

  const authorize = async (url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { searchParams: query } = url;
    if (query.get('client_id') !== client.clientId) return sendPage(response, 404, 'Not found', 'No such client.');
    const back = new URL(client.redirectUri);
    back.searchParams.set('state', query.get('state') ?? '');
    if (query.has('redirect_uri') && query.get('redirect_uri') !== client.redirectUri) {
      back.searchParams.set('error', 'redirect_uri_mismatch');
      return redirect(response, back);
    }
    const page = { providerId: id, action: `${url.pathname}${url.search}` };
    if (request.method !== 'POST') return send(response, 200, loginPage({ ...page, hint: query.get('login') ?? '' }));
    const typed = new URLSearchParams(await readForm(request)).get('login') ?? '';
    const login = parseLogin(typed);
    if (!login) {
      const problem = 'Letters, digits and . _ + - only, at most 64 of them.';
      return send(response, 400, loginPage({ ...page, hint: typed, problem }));
    }
    if (isRefused(login)) {
      back.searchParams.set('error', 'access_denied');
      return redirect(response, back);
    }
    const code = randomBytes(10).toString('hex');
    codes.set(code, {
      login,
      scopes: (query.get('scope') ?? '').split(' '),
      codeChallenge: query.get('code_challenge') ?? '',
    });
    back.searchParams.set('code', code);
    redirect(response, back);
  };

  const accessToken = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await readForm(request));
    const refuse = (error: string) => sendJson(response, 200, { error, error_description: 'Refused.' });
    if (!isAuthenticated(request, form, client)) {
      return refuse('incorrect_client_credentials');
    }
    const code = form.get('code') ?? '';
    const authorization = codes.get(code);
    codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!authorization || authorization.codeChallenge !== challenge) return refuse('bad_verification_code');
    const isDown = await simulateTrouble(authorization.login).then(
      () => false,
      () => true,
    );
    if (isDown) return sendPage(response, 503, 'Unicorn!', 'An outage, as the login name demands.');
    const token = `gho_${randomBytes(18).toString('hex')}`;
    tokens.set(token, authorization);
    sendJson(response, 200, { access_token: token, token_type: 'bearer', scope: authorization.scopes.join(',') });
  };

  const api = (path: string, request: IncomingMessage, response: ServerResponse): void => {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const authorization = tokens.get(token);
    const isGone = authorization !== undefined && client.behaviour?.isRemoved?.(authorization.login);
    const { status, body } = resourceFor(isGone ? undefined : authorization, path);
    sendJson(response, status, body);
  };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', origin);
    const path = url.pathname.slice(id.length + 1);
    if (path === '/login/oauth/authorize') return authorize(url, request, response);
    if (path === '/login/oauth/access_token' && request.method === 'POST') return accessToken(request, response);
    if (path.startsWith('/api/v3/')) return api(path.slice('/api/v3'.length), request, response);
    sendPage(response, 404, 'Development provider', 'Nothing is here.');
  };
};

const resourceFor = (authorization: Authorization | undefined, path: string): { status: number; body: unknown } => {
  if (!authorization) return { status: 401, body: { message: 'Bad credentials' } };
  const needed = NEEDED_SCOPES[path];
  if (needed !== undefined && !authorization.scopes.includes(needed)) {
    return { status: needed === 'read:org' ? 403 : 404, body: { message: `needs ${needed}` } };
  }
  const resource = resourcesOf(authorization.login)[path];
  return resource === undefined ? { status: 404, body: { message: 'Not Found' } } : { status: 200, body: resource };
};

const NEEDED_SCOPES: Readonly<Record<string, string>> = {
  '/user/emails': 'user:email',
  '/user/orgs': 'read:org',
  '/user/teams': 'read:org',
};

/** The resources of a user in the API. Users choose the e-mail address of their profile freely, so it proves nothing. */
const resourcesOf = (login: string): Readonly<Record<string, unknown>> => {
  const { email, name } = userOf(login);
  const isOutsider = hasWord(login, 'outsider');
  const organization = { login: 'example' };
  const slugs = ['everyone', ...(hasWord(login, 'admin') ? ['admins'] : [])];
  return {
    '/user': { id: accountNumber(login), login, name, email: 'profile@example.com' },
    '/user/emails': [
      { email: `${accountNumber(login)}+${login}@users.noreply.github.com`, primary: false, verified: true },
      {
        email: isOutsider ? email.replace('@example.com', '@example.net') : email,
        primary: true,
        verified: !hasWord(login, 'unverified'),
      },
    ],
    '/user/orgs': isOutsider ? [] : [organization],
    '/user/teams': isOutsider ? [] : slugs.map((slug) => ({ slug, organization })),
  };
};

/** A number that depends on the name only, so that it is the same in every run. */
const accountNumber = (login: string): number => createHash('sha256').update(login).digest().readUInt32BE() + 1;

const redirect = (response: ServerResponse, location: URL): void => {
  response.writeHead(302, { location: location.href, 'cache-control': 'no-store' }).end();
};

/** GitHub takes the credentials in the body or as Basic. */
const isAuthenticated = (request: IncomingMessage, form: URLSearchParams, client: UpstreamClient): boolean => {
  const [, basic = ''] = (request.headers.authorization ?? '').split(' ');
  const [user = '', password = ''] = Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
  const clientId = form.get('client_id') ?? user;
  const clientSecret = form.get('client_secret') ?? password;
  return clientId === client.clientId && clientSecret === client.clientSecret;
};
