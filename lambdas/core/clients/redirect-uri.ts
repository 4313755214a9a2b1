import { isDangerousScheme, isPrivateUseScheme } from './uri-schemes.ts';

/** Longest redirect URI that is stored, in characters. */
export const MAX_REDIRECT_URI_LENGTH = 2048;

/**
 * What the policy says about one redirect URI. A `refused` URI cannot be used, but does no harm next to others. A
 * `dangerous` URI would run script or open local files in the browser. No honest client registers one, so the whole
 * request is refused.
 */
export type RedirectUriVerdict =
  | { readonly verdict: 'accepted' }
  | { readonly verdict: 'refused' | 'dangerous'; readonly reason: string };

/** What the operator narrows the policy to. Loopback hosts stay allowed. */
export interface RedirectUriLimits {
  /** The hosts of `https` URIs. @default every host */
  readonly redirectHosts?: readonly string[] | undefined;
  /** The private-use schemes, without the colon. @default every private-use scheme */
  readonly schemes?: readonly string[] | undefined;
}

/** RFC 3986 §2: unreserved, reserved and percent-encoded characters. Parsers read these in the same way. */
const URI_CHARACTERS = /^(?:[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;

/** A host, or a host and a part of a port, that stands for several. Encoded, too, it is no name that can be resolved. */
const HOST_PATTERN = /\*|%2a|^\./i;

/** `localhost:3000/callback` parses as a URI with the scheme `localhost`. */
const HOST_AND_PORT = /^(?:localhost:|[^:]+:\d+(?:[/?]|$))/;

/** `http` on exactly these hosts, with or without a port (RFC 8252 §7.3), before a path, a query or the end. */
const LOOPBACK_URI = /^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d{1,5})?(?=[/?]|$)/;

const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;

/** The response would contain these twice, and clients disagree on which one counts. */
const RESPONSE_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'];

const refused = (reason: string): RedirectUriVerdict => ({ verdict: 'refused', reason });

/**
 * The redirect URI policy for every source of clients: `https`, `http` on a loopback host, and private-use schemes. It
 * checks the raw text and what a browser would make of it (OAuth 2.1 §2.3.1, RFC 8252 §7, RFC 9700 §4.1). The reason
 * completes a sentence about the URI, and has only characters of an `error_description`.
 */
export const judgeRedirectUri = (uri: string, limits: RedirectUriLimits = {}): RedirectUriVerdict => {
  if (isDangerous(uri)) return { verdict: 'dangerous', reason: 'its scheme runs script or opens local files' };
  if (uri.length > MAX_REDIRECT_URI_LENGTH) return refused(`it has more than ${MAX_REDIRECT_URI_LENGTH} characters`);
  if (uri.includes('#')) return refused('a fragment is not allowed (RFC 6749 section 3.1.2)');
  if (!URI_CHARACTERS.test(uri)) return refused('it contains characters that RFC 3986 does not allow');

  if (HOST_PATTERN.test(authorityOf(uri))) {
    return refused('its host is a pattern, but redirect URIs are compared exactly (RFC 9700 section 4.1.3)');
  }
  const url = URL.parse(uri);
  if (!url || !uri.startsWith(url.protocol)) return refused('it is not an absolute URI with a lower-case scheme');
  if (url.username || url.password || authorityOf(uri).includes('@')) return refused('user information is not allowed');
  if (DOT_SEGMENT.test(pathOf(uri))) return refused('its path contains dot segments');
  if (RESPONSE_PARAMETERS.some((name) => url.searchParams.has(name))) {
    return refused('its query contains a parameter of the authorization response');
  }

  switch (url.protocol) {
    case 'https:':
      if (!isPlainHost(uri, url)) return refused('the browser would rewrite the host; write it in its normal form');
      return isAllowed(url.hostname, limits.redirectHosts, 'host');
    case 'http:':
      return LOOPBACK_URI.test(uri)
        ? { verdict: 'accepted' }
        : refused('http is allowed only for localhost, 127.0.0.1 and [::1]; use https');
    default:
      return judgePrivateUseUri(uri, url.protocol.slice(0, -1), limits);
  }
};

/** RFC 8252 §7.1 asks for a domain in reverse order. Desktop clients use short names, and the page warns of both. */
const judgePrivateUseUri = (uri: string, scheme: string, { schemes }: RedirectUriLimits): RedirectUriVerdict => {
  if (!isPrivateUseScheme(scheme)) {
    return refused(
      'its scheme has another meaning to browsers or systems; use one that only the app opens (RFC 8252 section 7.1)',
    );
  }
  return HOST_AND_PORT.test(uri)
    ? refused('it has no scheme; begin with https:// or, on a loopback host, http://')
    : isAllowed(scheme, schemes, 'scheme');
};

const isAllowed = (
  name: string,
  allowed: readonly string[] | undefined,
  kind: 'host' | 'scheme',
): RedirectUriVerdict =>
  allowed === undefined || allowed.includes(name)
    ? { verdict: 'accepted' }
    : refused(`the operator of this server does not allow its ${kind}`);

/**
 * The registered URI that a requested one matches, or undefined. Simple string comparison (RFC 3986 §6.2.1), except
 * that on loopback hosts the port may differ, even if the registered URI has one (RFC 8252 §7.3).
 */
export const findRegisteredRedirectUri = (requested: string, registered: readonly string[]): string | undefined => {
  if (registered.includes(requested)) return requested;
  if (judgeRedirectUri(requested).verdict !== 'accepted') return undefined;
  const withoutPort = loopbackWithoutPort(requested);
  if (withoutPort === undefined) return undefined;
  return registered.find((uri) => loopbackWithoutPort(uri) === withoutPort);
};

/** Where a redirect goes, as the pages show it: a host, or the app that opens a private-use scheme. */
export interface RedirectTarget {
  readonly kind: 'website' | 'loopback' | 'app';
  /** Host with port (punycode, as browsers resolve it) or scheme with colon. */
  readonly name: string;
}

export const redirectTarget = (uri: string): RedirectTarget => {
  const url = new URL(uri);
  if (url.protocol === 'https:') return { kind: 'website', name: url.host };
  if (url.protocol === 'http:') return { kind: 'loopback', name: url.host };
  return { kind: 'app', name: url.protocol };
};

const MAX_DESCRIBED_CHARACTERS = 100;

/** A redirect URI for the log: its start, in printable ASCII, without user information, query and fragment. */
export const describeRedirectUri = (uri: string): string =>
  uri
    .replace(/[?#].*$/s, '')
    .replace(/\/\/[^/]*@/, '//')
    .replace(/[^\x21-\x7e]/g, '?')
    .slice(0, MAX_DESCRIBED_CHARACTERS);

/** Adds the parameters of an authorization response to the query (RFC 6749 §4.1.2). The rest stays byte for byte. */
export const withResponseParameters = (
  redirectUri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.append(name, value);
  const separator = !redirectUri.includes('?') ? '?' : /[?&]$/.test(redirectUri) ? '' : '&';
  return `${redirectUri}${separator}${query}`;
};

/** Reads the scheme as tolerantly as any program that gets the URI: trimmed, decoded, without controls, in any case. */
const isDangerous = (uri: string): boolean =>
  [uri, decodeLeniently(uri)].some((candidate) => {
    const [, scheme] = /^([a-z][a-z0-9+.-]*):/.exec(candidate.replace(/[^!-~]/g, '').toLowerCase()) ?? [];
    return scheme !== undefined && isDangerousScheme(scheme);
  });

const decodeLeniently = (text: string): string =>
  text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** A loopback URI without its port, which is not compared (RFC 8252 §7.3); undefined for any other URI. */
export const loopbackWithoutPort = (uri: string): string | undefined =>
  LOOPBACK_URI.test(uri) ? uri.replace(LOOPBACK_URI, '$1') : undefined;

const authorityOf = (uri: string): string => /^[^:]+:\/\/([^/?]*)/.exec(uri)?.[1] ?? '';

const pathOf = (uri: string): string => uri.replace(/^[^:]+:(?:\/\/[^/?]*)?/, '').replace(/\?.*$/, '');

/** False for hosts such as `0x7f.1` or `%65xample.com`, which users read differently from browsers. */
const isPlainHost = (uri: string, url: URL): boolean => {
  const host = authorityOf(uri).replace(/:\d*$/, '').toLowerCase();
  return host !== '' && host === url.hostname;
};
