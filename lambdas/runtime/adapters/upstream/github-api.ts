import { GITHUB_ORGANIZATIONS, GITHUB_TEAMS } from '../../../core/authorization/access-rules.ts';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { UpstreamError } from '../../../core/upstream/errors.ts';
import type { UpstreamIdentity } from '../../../core/upstream/identity.ts';
import { withoutUndefined } from '../../../core/without-undefined.ts';
import type { BoundedFetch } from './bounded-fetch.ts';
import { parseEmail, parseName } from './oidc-identity.ts';

/** The version of the REST API that this code understands. */
const API_VERSION = '2022-11-28';
const PAGE_SIZE = 100;
/** Organizations and teams beyond these pages are ignored. */
const MAX_PAGES = 30;

/** Gets one resource as JSON. */
type GithubApi = (path: string) => Promise<unknown>;

/** github.com and hosts with data residency (`*.ghe.com`) have an API host; Enterprise servers have a path. */
export const apiOf = (issuer: string): string => {
  const { hostname, host } = new URL(issuer);
  const hasOwnHost = hostname === 'github.com' || hostname.endsWith('.ghe.com');
  return hasOwnHost ? `https://api.${host}` : `${issuer}/api/v3`;
};

/** GitHub does not accept the access token, or no longer does. */
export class GithubRefusal extends UpstreamError {}

export const githubApi =
  (issuer: string, accessToken: string, fetch: BoundedFetch, signal: AbortSignal): GithubApi =>
  async (path) => {
    const response = await fetch(`${apiOf(issuer)}${path}`, {
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${accessToken}`,
        'user-agent': 'gatehouse',
        'x-github-api-version': API_VERSION,
      },
      signal,
    });
    // When the rate limit is exhausted, GitHub sends 429, or 403 with one of these headers.
    const isLimited =
      response.status === 403 &&
      (response.headers.get('x-ratelimit-remaining') === '0' || response.headers.has('retry-after'));
    if (response.status === 429 || response.status >= 500 || isLimited)
      throw unavailable(`${path}: ${response.status}`);
    // 401: the token was revoked or the account deleted. 403 for `/user`, which needs no scope: the account is suspended.
    if (response.status === 401 || (response.status === 403 && path === '/user')) {
      throw new GithubRefusal('rejected', `GitHub refused ${path} with ${response.status}`);
    }
    if (response.status !== 200) {
      throw new UpstreamError('rejected', `GitHub refused ${path} with ${response.status}`);
    }
    return await response.json().catch(() => {
      throw unavailable(`${path}: not JSON`);
    });
  };

type GithubUser = Omit<UpstreamIdentity, 'identityProviderId' | 'issuer'>;

/** The user whose token it is, identified by the account's number: another user can take over a changed name (#156). */
export const readGithubUser = async (
  get: GithubApi,
  wanted: { readonly organizations: boolean; readonly teams: boolean },
): Promise<GithubUser> => {
  const [user, emails, organizations, teams] = await Promise.all([
    get('/user'),
    get(`/user/emails?per_page=${PAGE_SIZE}`),
    wanted.organizations ? readAll(get, '/user/orgs') : [],
    wanted.teams ? readAll(get, '/user/teams') : [],
  ]);
  const { id, name, login } = Object(user);
  if (!Number.isSafeInteger(id) || id <= 0) throw new UpstreamError('rejected', 'the account has no numeric id');
  const primary = primaryEmail(emails);
  const shownName = parseName(name) ?? parseName(login);
  const claims = {
    ...listed(GITHUB_ORGANIZATIONS, organizations.flatMap(parseLogin)),
    ...listed(GITHUB_TEAMS, teams.flatMap(parseTeam)),
  };
  return withoutUndefined({
    subject: String(id),
    email: primary?.email,
    emailVerified: primary?.verified === true,
    name: shownName,
    claims: Object.keys(claims).length > 0 ? claims : undefined,
  });
};

/** Never the address of the public profile, which may be any text that the user chose (#156). */
const primaryEmail = (emails: unknown): { email: string; verified: unknown } | undefined => {
  if (!Array.isArray(emails)) throw unavailable('/user/emails: not a list');
  for (const entry of emails) {
    const { email: address, primary, verified } = Object(entry);
    const email = parseEmail(address);
    if (primary === true && email !== undefined) return { email, verified };
  }
  return undefined;
};

const readAll = async (get: GithubApi, path: string): Promise<unknown[]> => {
  const all: unknown[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const entries = await get(`${path}?per_page=${PAGE_SIZE}&page=${page}`);
    if (!Array.isArray(entries)) throw unavailable(`${path}: not a list`);
    all.push(...entries);
    if (entries.length < PAGE_SIZE) break;
  }
  return all;
};

const parseLogin = (organization: unknown): string[] => {
  const { login } = Object(organization);
  return typeof login === 'string' ? [login] : [];
};

const parseTeam = (team: unknown): string[] => {
  const { slug, organization } = Object(team);
  return typeof slug === 'string' ? parseLogin(organization).map((login) => `${login}/${slug}`) : [];
};

const listed = (name: string, values: readonly string[]) => (values.length === 0 ? {} : { [name]: values });

const unavailable = (what: string): UnavailableError => new UnavailableError('the identity provider', new Error(what));
