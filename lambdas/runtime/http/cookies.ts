import { parse } from 'cookie';
import { newSecret } from '../../core/crypto.ts';
import type { HttpRequest } from './messages.ts';

/** One per browser. The consent form is bound to it. */
const PAGE_COOKIE = '__Host-gatehouse-page';

/** One per approved login. The callback is bound to it. Its value is `<epoch seconds>.<authentication code>`. */
const TRANSACTION_COOKIE_PREFIX = '__Host-gatehouse-tx-';

/** The sealed session of a user who manages their connections. */
const SESSION_COOKIE = '__Host-gatehouse-session';

/** Whose consents this browser remembers, sealed. Set only after a user asked for it. */
const REMEMBERED_BROWSER_COOKIE = '__Host-gatehouse-remembered-browser';

/** Logins that one browser may have in progress, so that the Cookie header stays small (#142). */
const MAX_TRANSACTION_COOKIES = 5;

const PAGE_COOKIE_VALUE = /^[A-Za-z0-9_-]{43}$/;
const TRANSACTION_COOKIE_VALUE = /^(\d{1,12})\.([A-Za-z0-9_-]{43})$/;

/**
 * The cookies of a request by name (RFC 6265 §5.4). Values are taken as they are: none of ours is quoted or encoded.
 * If two cookies have the same name, the first one counts.
 */
export const cookiesOf = (request: HttpRequest): Readonly<Record<string, string | undefined>> => ({
  ...parse((request.headers.get('cookie') ?? []).join('; '), { decode: (value) => value }),
});

/** The page cookie of the browser, or undefined when it has none or the value is malformed. */
export const findPageCookie = (request: HttpRequest): string | undefined => {
  const value = cookiesOf(request)[PAGE_COOKIE];
  return value !== undefined && PAGE_COOKIE_VALUE.test(value) ? value : undefined;
};

/** Renews the page cookie of the browser or creates one. The value is kept, so that other tabs continue to work. */
export const keepPageCookie = (
  request: HttpRequest,
  maxAgeSeconds: number,
): { readonly value: string; readonly cookie: string } => {
  const value = findPageCookie(request) ?? newSecret();
  return { value, cookie: setCookie(PAGE_COOKIE, value, maxAgeSeconds) };
};

/** Returns the cookies that bind this browser to a transaction, and that delete the oldest of too many bindings. */
export const bindTransaction = (
  request: HttpRequest,
  transactionId: string,
  binding: string,
  now: number,
  maxAgeSeconds: number,
): readonly string[] => {
  const name = `${TRANSACTION_COOKIE_PREFIX}${transactionId}`;
  const others = Object.entries(cookiesOf(request))
    .filter(([other]) => other.startsWith(TRANSACTION_COOKIE_PREFIX) && other !== name)
    .map(([other, value]) => ({ name: other, setAt: Number(TRANSACTION_COOKIE_VALUE.exec(value ?? '')?.[1] ?? 0) }))
    .sort((a, b) => b.setAt - a.setAt);
  const dropped = others.slice(MAX_TRANSACTION_COOKIES - 1);
  return [setCookie(name, `${now}.${binding}`, maxAgeSeconds), ...dropped.map((cookie) => clearCookie(cookie.name))];
};

/** The value that binds this browser to a transaction, or undefined when there is none. The caller must verify it. */
export const findTransactionBinding = (request: HttpRequest, transactionId: string): string | undefined =>
  TRANSACTION_COOKIE_VALUE.exec(cookiesOf(request)[`${TRANSACTION_COOKIE_PREFIX}${transactionId}`] ?? '')?.[2];

export const clearTransaction = (transactionId: string): string =>
  clearCookie(`${TRANSACTION_COOKIE_PREFIX}${transactionId}`);

/** The sealed session of the browser, not yet verified. */
export const findSession = (request: HttpRequest): string | undefined => cookiesOf(request)[SESSION_COOKIE];

export const setSession = (sealed: string, maxAgeSeconds: number): string =>
  setCookie(SESSION_COOKIE, sealed, maxAgeSeconds);

export const clearSession = (): string => clearCookie(SESSION_COOKIE);

/** The sealed subject whose consents this browser remembers, not yet verified. */
export const findRememberedBrowser = (request: HttpRequest): string | undefined =>
  cookiesOf(request)[REMEMBERED_BROWSER_COOKIE];

export const setRememberedBrowser = (sealed: string, maxAgeSeconds: number): string =>
  setCookie(REMEMBERED_BROWSER_COOKIE, sealed, maxAgeSeconds);

export const clearRememberedBrowser = (): string => clearCookie(REMEMBERED_BROWSER_COOKIE);

/** SameSite is Lax, because users return from another site. `__Host-` requires Secure and Path=/ (RFC 6265bis §4.1.3.2). */
const setCookie = (name: string, value: string, maxAgeSeconds: number): string =>
  `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=Lax`;

const clearCookie = (name: string): string => setCookie(name, '', 0);
