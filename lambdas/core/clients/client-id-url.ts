/** Rules of URLs that clients name, in the order in which they are looked at; the log says which one refused. */
export type UrlRule =
  | 'too_long'
  | 'characters'
  | 'scheme'
  | 'fragment'
  | 'userinfo'
  | 'port'
  | 'path'
  | 'dot_segment'
  | 'not_normal_form';

export interface UrlRuleOptions {
  /** Also takes `http://localhost` and `http://127.0.0.1`: for the local run only. */
  readonly allowLoopback?: boolean;
}

/** Longest URL that is looked at, in characters. */
export const MAX_URL_CHARACTERS = 2048;

/** Every character that RFC 3986 §2 knows; a percent sign only before two hexadecimal digits. */
const URI_CHARACTERS = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const URI_PARTS = /^([a-z]+):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?$/;
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/;
const PORT = /:(\d*)$/;

/** Whether a client_id names a metadata document. Identifiers that we generate never look like this. */
export const isClientIdUrl = (clientId: string): boolean => /^https?:\/\//i.test(clientId);

/**
 * The first rule that a client_id breaks as the URL of a metadata document, or undefined when it keeps all of them
 * (draft-ietf-oauth-client-id-metadata-document-01 §3). Looks at the text as it was sent; query and port are allowed.
 */
export const brokenClientIdUrlRule = (clientId: string, options: UrlRuleOptions = {}): UrlRule | undefined => {
  const broken = brokenFetchUrlRule(clientId, options);
  if (broken) return broken;
  // `https://host` and `https://host/` are one URL (RFC 3986 §6.2.3), so the bare root is no path.
  return new URL(clientId).pathname === '/' ? 'path' : undefined;
};

/** The same for any other URL that is fetched because a client names it, such as `jwks_uri`: its path may be `/`. */
export const brokenFetchUrlRule = (url: string, options: UrlRuleOptions = {}): UrlRule | undefined => {
  if (url.length > MAX_URL_CHARACTERS) return 'too_long';
  if (!URI_CHARACTERS.test(url)) return 'characters';
  if (url.includes('#')) return 'fragment';
  const [, scheme, authority = '', path = ''] = URI_PARTS.exec(url) ?? [];
  const loopback = options.allowLoopback === true && scheme === 'http' && LOOPBACK_HOST.test(authority);
  if (scheme !== 'https' && !loopback) return 'scheme';
  if (authority.includes('@')) return 'userinfo';
  if (!loopback && !isFetchablePort(PORT.exec(authority)?.[1])) return 'port';
  if (path === '') return 'path';
  if (path.split('/').some(isDotSegment)) return 'dot_segment';
  // Whatever a parser would rewrite (upper-case hosts, 0x7f.1, `:443`, a missing slash) could be read in two ways,
  // and could not equal the `client_id` of the document by plain string comparison.
  return URL.canParse(url) && new URL(url).href === url ? undefined : 'not_normal_form';
};

/** Well-known ports other than 443 speak other protocols: nobody shall make us talk to them. */
const isFetchablePort = (port: string | undefined): boolean =>
  port === undefined || port === '443' || (Number(port) >= 1024 && Number(port) <= 65535);

/** Also in the spelling that the WHATWG parser resolves: `%2e`. */
const isDotSegment = (segment: string): boolean => /^(?:\.|%2e){1,2}$/i.test(segment);
