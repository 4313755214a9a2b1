import { type EdgeRequest, type EdgeResponse, headerValues, lastHeader } from '../http-message.ts';
import type { Behaviour, Distribution } from './distribution.ts';

/** Errors that CloudFront caches by default, for ten seconds unless the distribution sets another time. */
const REMEMBERED_ERRORS = new Set([400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]);
const DEFAULT_ERROR_TTL_SECONDS = 10;

interface Entry {
  readonly response: EdgeResponse & { readonly body: Buffer };
  readonly storedAt: number;
  readonly expiresAt: number;
}

/**
 * The edge's cache of origin responses.
 *
 * @param now milliseconds since the epoch
 */
export const createEdgeCache = (distribution: Distribution, now: () => number) => {
  const entries = new Map<string, Entry>();

  /** Method, path and the parts that the policy names. Without a policy, query and headers are not part of the key. */
  const keyOf = (behaviour: Behaviour, request: EdgeRequest): string => {
    const { headers, query } = behaviour.cachePolicy;
    const values = headers.map((name) => headerValues(request.headers, name));
    return JSON.stringify([request.method, request.path, query ? request.query : '', values]);
  };

  return {
    find(behaviour: Behaviour, request: EdgeRequest): EdgeResponse | undefined {
      if (!behaviour.cachedMethods.has(request.method)) return undefined;
      const key = keyOf(behaviour, request);
      const entry = entries.get(key);
      if (!entry) return undefined;
      const ageSeconds = Math.floor((now() - entry.storedAt) / 1000);
      if (entry.expiresAt > now()) {
        return { ...entry.response, headers: [...entry.response.headers, ['Age', String(ageSeconds)]] };
      }
      entries.delete(key);
      return undefined;
    },

    /** Caches the response when the policy and `Cache-Control` allow it. To do so, it reads a stream to its end. */
    async keep(behaviour: Behaviour, request: EdgeRequest, response: EdgeResponse): Promise<EdgeResponse> {
      const ttlSeconds = behaviour.cachedMethods.has(request.method) ? ttlOf(distribution, behaviour, response) : 0;
      if (ttlSeconds <= 0) return response;
      const body = Buffer.isBuffer(response.body) ? response.body : await collect(response.body);
      const kept = { ...response, body };
      const storedAt = now();
      entries.set(keyOf(behaviour, request), { response: kept, storedAt, expiresAt: storedAt + ttlSeconds * 1000 });
      return kept;
    },
  };
};

const ttlOf = (distribution: Distribution, { cachePolicy }: Behaviour, response: EdgeResponse): number => {
  const { minTtlSeconds, defaultTtlSeconds, maxTtlSeconds } = cachePolicy;
  const asked = freshnessSeconds(response);
  if (REMEMBERED_ERRORS.has(response.status)) {
    const errorTtl = distribution.errorTtlSeconds.get(response.status) ?? DEFAULT_ERROR_TTL_SECONDS;
    return Math.max(errorTtl, Math.min(asked ?? 0, maxTtlSeconds));
  }
  if (response.status >= 400) return 0;
  return Math.min(maxTtlSeconds, Math.max(minTtlSeconds, asked ?? defaultTtlSeconds));
};

/** Seconds for which the origin allows caching (RFC 9111 §5.2.2); undefined when it sends none. */
const freshnessSeconds = (response: EdgeResponse): number | undefined => {
  const cacheControl = headerValues(response.headers, 'cache-control').join(',').toLowerCase();
  if (/\b(no-store|no-cache|private)\b/.test(cacheControl)) return 0;
  const seconds = /\bs-maxage=(\d+)/.exec(cacheControl)?.[1] ?? /(?:^|[^-])\bmax-age=(\d+)/.exec(cacheControl)?.[1];
  if (seconds !== undefined) return Number(seconds);
  const expires = lastHeader(response.headers, 'expires');
  return expires === undefined ? undefined : Math.max(0, (Date.parse(expires) - Date.now()) / 1000 || 0);
};

const collect = async (body: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
};
