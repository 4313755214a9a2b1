/** Headers of an answer that say how long it may be kept (RFC 9111). */
export interface FreshnessHeaders {
  readonly cacheControl?: string;
  readonly expires?: string;
  readonly date?: string;
  readonly age?: string;
}

/** All in seconds. */
export interface FreshnessBounds {
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** Where the headers say nothing. */
  readonly defaultSeconds: number;
}

/** Client metadata: never asked for more than once a minute, never older than a day. */
export const CLIENT_DOCUMENT_FRESHNESS: FreshnessBounds = { minSeconds: 60, maxSeconds: 86_400, defaultSeconds: 300 };

/** Keys: a withdrawn one is out of use after five minutes at the latest. */
export const CLIENT_KEYS_FRESHNESS: FreshnessBounds = { minSeconds: 60, maxSeconds: 300, defaultSeconds: 300 };

/** For how many seconds an answer is fresh for a shared cache such as ours (RFC 9111 §4.2.1), within bounds. */
export const freshnessSeconds = (headers: FreshnessHeaders, bounds: FreshnessBounds): number => {
  const seconds = statedSeconds(headers);
  return Math.min(Math.max(seconds ?? bounds.defaultSeconds, bounds.minSeconds), bounds.maxSeconds);
};

const statedSeconds = (headers: FreshnessHeaders): number | undefined => {
  const directives = parseDirectives(headers.cacheControl ?? '');
  if (['no-store', 'no-cache', 'private'].some((name) => directives.has(name))) return 0;
  const lifetime = directives.get('s-maxage') ?? directives.get('max-age');
  if (lifetime !== undefined) return deltaSeconds(lifetime) - deltaSeconds(headers.age ?? '0');
  if (headers.expires === undefined) return undefined;
  // An invalid date, the common `0` among them, is in the past (RFC 9111 §5.3).
  const seconds = (Date.parse(headers.expires) - Date.parse(headers.date ?? '')) / 1000;
  return Number.isNaN(seconds) ? 0 : seconds;
};

/** Of a directive that occurs twice the first counts (RFC 9111 §4.2.1). */
const parseDirectives = (cacheControl: string): ReadonlyMap<string, string> => {
  const directives = new Map<string, string>();
  for (const directive of cacheControl.split(',')) {
    const [name = '', value = ''] = directive.split('=', 2);
    const key = name.trim().toLowerCase();
    if (!directives.has(key)) directives.set(key, value.trim().replace(/^"(.*)"$/, '$1'));
  }
  return directives;
};

/** What is no number of seconds counts as stale (RFC 9111 §4.2.1). */
const deltaSeconds = (text: string): number => (/^\d+$/.test(text) ? Number(text) : 0);
