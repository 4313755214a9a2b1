/** Rules for URLs that clients send, in the order in which they are checked. The log names the broken rule. */
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
  /** Also accepts `http://localhost` and `http://127.0.0.1`: for the local run only. */
  readonly allowLoopback?: boolean;
}

/** Longest URL that is checked, in characters. */
export const MAX_URL_CHARACTERS = 2048;

/** The characters of RFC 3986 §2; a percent sign only before two hexadecimal digits. */
const URI_CHARACTERS = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const URI_PARTS = /^([a-z]+):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?$/;
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/;
const PORT = /:(\d*)$/;

/** Whether a client_id is the URL of a metadata document. Generated client ids never look like a URL. */
export const isClientIdUrl = (clientId: string): boolean => /^https?:\/\//i.test(clientId);

/**
 * The first rule that a client_id breaks as the URL of a metadata document, or undefined when it breaks none
 * (draft-ietf-oauth-client-id-metadata-document-01 §3). The text is checked as sent; query and port are allowed.
 */
export const brokenClientIdUrlRule = (clientId: string, options: UrlRuleOptions = {}): UrlRule | undefined => {
  const broken = brokenFetchUrlRule(clientId, options);
  if (broken) return broken;
  // `https://host` and `https://host/` are the same URL (RFC 3986 §6.2.3), so `/` does not count as a path.
  return new URL(clientId).pathname === '/' ? 'path' : undefined;
};

/** The same for other URLs that clients send, such as `jwks_uri`: their path may be `/`. */
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
  // A URL that the parser rewrites (upper-case hosts, 0x7f.1, `:443`, a missing slash) can be read in two ways. It also
  // cannot equal the `client_id` in the document by plain string comparison.
  return URL.canParse(url) && new URL(url).href === url ? undefined : 'not_normal_form';
};

/** Well-known ports other than 443 belong to other protocols, which this server must not be made to talk to. */
const isFetchablePort = (port: string | undefined): boolean =>
  port === undefined || port === '443' || (Number(port) >= 1024 && Number(port) <= 65535);

/** Includes `%2e`, which the WHATWG parser resolves too. */
const isDotSegment = (segment: string): boolean => /^(?:\.|%2e){1,2}$/i.test(segment);
