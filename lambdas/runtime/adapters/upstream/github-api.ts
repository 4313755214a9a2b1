import { GITHUB_ORGANIZATIONS, GITHUB_TEAMS } from '../../../core/authorization/access-rules.ts';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { UpstreamError } from '../../../core/upstream/errors.ts';
import type { UpstreamIdentity } from '../../../core/upstream/identity.ts';
import type { BoundedFetch } from './bounded-fetch.ts';
import { parseEmail, parseName } from './oidc-identity.ts';

/** Version of the REST API whose answers are read here. */
const API_VERSION = '2022-11-28';
const PAGE_SIZE = 100;
/** Somebody in more organizations or teams than fit into these pages has those of the first ones. */
const MAX_PAGES = 5;

/** Gets one resource, as JSON. */
type GithubApi = (path: string) => Promise<unknown>;

/** The REST API of a host: of its own at github.com and for data residency (`*.ghe.com`), below a path elsewhere. */
export const apiOf = (issuer: string): string => {
  const { hostname, host } = new URL(issuer);
  const hasOwnHost = hostname === 'github.com' || hostname.endsWith('.ghe.com');
  return hasOwnHost ? `https://api.${host}` : `${issuer}/api/v3`;
};

/** The token is no token, or not any more. */
export class GithubRefusal extends UpstreamError {}

export const githubApi =
  (issuer: string, accessToken: string, fetch: BoundedFetch, signal: AbortSignal): GithubApi =>
  async (path) => {
    const answer = await fetch(`${apiOf(issuer)}${path}`, {
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${accessToken}`,
        'user-agent': 'gatehouse',
        'x-github-api-version': API_VERSION,
      },
      signal,
    });
    // A used-up rate limit is 429, or 403 with nothing remaining or a time to wait.
    const isLimited =
      answer.status === 403 &&
      (answer.headers.get('x-ratelimit-remaining') === '0' || answer.headers.has('retry-after'));
    if (answer.status === 429 || answer.status >= 500 || isLimited) throw unavailable(`${path}: ${answer.status}`);
    // Revoked, of a deleted account, or of one that is suspended, which alone is 403 here: this needs no scope.
    if (answer.status === 401 || (answer.status === 403 && path === '/user')) {
      throw new GithubRefusal('rejected', `it refused ${path} with ${answer.status} to the token`);
    }
    if (answer.status !== 200) {
      throw new UpstreamError('rejected', `it refused ${path} with ${answer.status} to the token of this very login`);
    }
    return await answer.json().catch(() => {
      throw unavailable(`${path}: not JSON`);
    });
  };

type GithubPerson = Omit<UpstreamIdentity, 'identityProviderId' | 'issuer'>;

/** Who a token belongs to: by the number of the account, since names can be changed and taken by others (#156). */
export const readGithubPerson = async (
  get: GithubApi,
  wanted: { readonly organizations: boolean; readonly teams: boolean },
): Promise<GithubPerson> => {
  const [user, emails, organizations, teams] = await Promise.all([
    get('/user'),
    get(`/user/emails?per_page=${PAGE_SIZE}`),
    wanted.organizations ? readAll(get, '/user/orgs') : [],
    wanted.teams ? readAll(get, '/user/teams') : [],
  ]);
  const { id, name, login } = Object(user);
  if (!Number.isSafeInteger(id) || id <= 0) throw new UpstreamError('rejected', 'the account has no number');
  const primary = primaryEmail(emails);
  const shownName = parseName(name) ?? parseName(login);
  const claims = {
    ...listed(GITHUB_ORGANIZATIONS, organizations.flatMap(parseLogin)),
    ...listed(GITHUB_TEAMS, teams.flatMap(parseTeam)),
  };
  return {
    subject: String(id),
    ...(primary === undefined ? {} : { email: primary.email }),
    emailVerified: primary?.verified === true,
    ...(shownName === undefined ? {} : { name: shownName }),
    ...(Object.keys(claims).length > 0 ? { claims } : {}),
  };
};

/** Never the address of the profile, which is any text that the person chose to publish (#156). */
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
