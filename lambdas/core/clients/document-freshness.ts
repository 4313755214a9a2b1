/** Response headers that say how long a response may be cached (RFC 9111). */
export interface FreshnessHeaders {
  readonly cacheControl?: string;
  readonly expires?: string;
  readonly date?: string;
  readonly age?: string;
}

export interface FreshnessBounds {
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** For responses without any of these headers. */
  readonly defaultSeconds: number;
}

/** Client metadata is fetched at most once a minute, and is at most a day old. */
export const CLIENT_DOCUMENT_FRESHNESS: FreshnessBounds = { minSeconds: 60, maxSeconds: 86_400, defaultSeconds: 300 };

/** A key that its client withdraws stops working after at most five minutes. */
export const CLIENT_KEYS_FRESHNESS: FreshnessBounds = { minSeconds: 60, maxSeconds: 300, defaultSeconds: 300 };

/** For how many seconds a response is fresh in a shared cache (RFC 9111 §4.2.1), within the bounds. */
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
  // An invalid date, such as the common `0`, is in the past (RFC 9111 §5.3).
  const seconds = (Date.parse(headers.expires) - Date.parse(headers.date ?? '')) / 1000;
  return Number.isNaN(seconds) ? 0 : seconds;
};

/** If a directive occurs twice, the first one counts (RFC 9111 §4.2.1). */
const parseDirectives = (cacheControl: string): ReadonlyMap<string, string> => {
  const directives = new Map<string, string>();
  for (const directive of cacheControl.split(',')) {
    const [name = '', value = ''] = directive.split('=', 2);
    const key = name.trim().toLowerCase();
    if (!directives.has(key)) directives.set(key, value.trim().replace(/^"(.*)"$/, '$1'));
  }
  return directives;
};

/** An invalid number of seconds means that the response is stale (RFC 9111 §4.2.1). */
const deltaSeconds = (text: string): number => (/^\d+$/.test(text) ? Number(text) : 0);
