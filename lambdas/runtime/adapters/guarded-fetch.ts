import { lookup as dnsLookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, isIPv4, type LookupFunction } from 'node:net';
import { brokenFetchUrlRule } from '../../core/clients/client-id-url.ts';
import { isLocalName, isLoopbackAddress, specialUseOf } from '../../core/net/special-use-addresses.ts';
import { withoutUndefined } from '../../core/without-undefined.ts';
import type { FetchedDocument, FetchFailure, FetchFailureReason, GuardedFetch } from '../ports/index.ts';
import { timeLimitMs } from '../time-limits.ts';

/** For name resolution, connection, headers and body together. Claude waits ten seconds for /authorize. */
const TIMEOUT_MS = 5_000;
const MAX_HEADER_BYTES = 16_384;
const JSON_CONTENT_TYPE = /^application\/(?:[a-z0-9!#$&^_.-]+\+)?json$/;

const KIND_BY_REASON = {
  url: 'authoritative',
  local_host: 'authoritative',
  special_use_address: 'unreachable',
  name_not_found: 'unreachable',
  connection: 'unreachable',
  timeout: 'unreachable',
  busy_or_barred: 'unreachable',
  gone: 'authoritative',
  status: 'authoritative',
  redirect: 'authoritative',
  content_type: 'authoritative',
  content_encoding: 'authoritative',
  not_utf8: 'authoritative',
  too_large: 'authoritative',
} as const satisfies Record<FetchFailureReason, FetchFailure['kind']>;

/** All addresses of a host name. An IP literal resolves to itself. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export interface GuardedFetchOptions {
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
  /** Allows loopback addresses, and plain http to `localhost` and `127.0.0.1`: for the local run only. */
  readonly dangerouslyAllowLoopback?: boolean;
  /** Trusted certificate authorities (PEM). Default: those of Node.js. */
  readonly ca?: string;
  readonly timeoutMs?: number;
}

/** Thrown and caught in this file only. */
class Failure extends Error {
  readonly reason: FetchFailureReason;
  constructor(reason: FetchFailureReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/**
 * Fetches a JSON document from an untrusted URL. The name is resolved once, every address must be in the public
 * internet, and the connection goes to one of these addresses (draft-ietf-oauth-client-id-metadata-document-01 §6.5,
 * §6.6). It sends a GET, follows no redirect, accepts no compression and only JSON, and takes at most 5 seconds.
 */
export const guardedFetch = (options: GuardedFetchOptions = {}): GuardedFetch => {
  const {
    resolve = systemResolve,
    dangerouslyAllowLoopback: allowLoopback = false,
    ca,
    timeoutMs = TIMEOUT_MS,
  } = options;
  const attempt = async (text: string, maxBytes: number, signal: AbortSignal): Promise<FetchedDocument> => {
    const rule = brokenFetchUrlRule(text, { allowLoopback });
    if (rule !== undefined) throw new Failure('url', rule);
    const url = new URL(text);
    const addresses = await checkedAddresses(url, resolve, allowLoopback);
    signal.throwIfAborted();
    const response = await get(url, addresses, signal, ca);
    try {
      return await read(response, maxBytes);
    } finally {
      response.destroy();
    }
  };
  return async (text, maxBytes) => {
    const signal = AbortSignal.timeout(timeLimitMs(timeoutMs));
    try {
      return await inTime(attempt(text, maxBytes, signal), signal);
    } catch (error) {
      const { reason, message } = asFailure(error, signal);
      return { ok: false, kind: KIND_BY_REASON[reason], reason, detail: message };
    }
  };
};

const systemResolve: Resolve = async (hostname) =>
  (await dnsLookup(hostname, { all: true })).map(({ address }) => address);

/** Resolves once. One bad address refuses the host, because the connection could go to that one. */
const checkedAddresses = async (
  { hostname }: URL,
  resolve: Resolve,
  allowLoopback: boolean,
): Promise<readonly string[]> => {
  if (!allowLoopback && isLocalName(hostname)) throw new Failure('local_host', 'the name belongs to a local network');
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = await resolve(host).catch((error) => {
    throw new Failure('name_not_found', codeOf(error));
  });
  if (addresses.length === 0) throw new Failure('name_not_found', 'the name has no address');
  for (const address of addresses) {
    const use = specialUseOf(address);
    if (use === undefined || (allowLoopback && isLoopbackAddress(address))) continue;
    throw new Failure(
      isIP(host) ? 'local_host' : 'special_use_address',
      `one of ${addresses.length} addresses has a special use: ${use}`,
    );
  }
  // IPv4 first: Lambda functions outside a VPC have no IPv6.
  return addresses.toSorted((a, b) => Number(isIPv4(b)) - Number(isIPv4(a)));
};

/** Ends in time even if a step ignores the signal, as name resolution does. */
const inTime = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([
    promise,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);

/** Connects to the checked addresses; `Host` and SNI keep the name. */
const get = (url: URL, addresses: readonly string[], signal: AbortSignal, ca: string | undefined) =>
  new Promise<http.IncomingMessage>((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'GET',
      headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'gatehouse' },
      agent: false,
      lookup: pinnedTo(addresses),
      maxHeaderSize: MAX_HEADER_BYTES,
      signal,
      ...(ca === undefined ? {} : { ca }),
    });
    request.once('response', resolve);
    request.once('error', reject);
    // A response that switches protocols ends the request without an error.
    request.once('close', () => reject(new Error('closed without a response')));
    request.end();
  });

const pinnedTo = (addresses: readonly string[]): LookupFunction => {
  const pinned = addresses.map((address) => ({ address, family: isIPv4(address) ? 4 : 6 }));
  return (_hostname, options, callback) => {
    if (options.all) callback(null, pinned);
    else callback(null, pinned[0]?.address ?? '', pinned[0]?.family);
  };
};

const read = async (response: http.IncomingMessage, maxBytes: number): Promise<FetchedDocument> => {
  assertStatus(response.statusCode ?? 0);
  const { headers } = response;
  const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!JSON_CONTENT_TYPE.test(mediaType)) throw new Failure('content_type', 'it is neither application/json nor +json');
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity')
    throw new Failure('content_encoding', 'the body is compressed, but the request did not allow that');
  return {
    ok: true,
    text: decode(await readBody(response, maxBytes)),
    headers: withoutUndefined({
      cacheControl: headers['cache-control'],
      expires: headers.expires,
      date: headers.date,
      age: headers.age,
    }),
  };
};

/** Only 200 is success (§4 of the draft). Hosts that refuse cloud addresses answer 403, and overloaded ones 429 or 5xx. */
const assertStatus = (status: number): void => {
  if (status === 200) return;
  if (status === 403 || status === 429 || status >= 500) throw new Failure('busy_or_barred', `status ${status}`);
  if (status === 404 || status === 410) throw new Failure('gone', `status ${status}`);
  if (status >= 300 && status < 400) throw new Failure('redirect', `status ${status}`);
  throw new Failure('status', `status ${status}`);
};

const readBody = async (response: http.IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Failure('too_large', `more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const decode = (body: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new Failure('not_utf8', 'it is not UTF-8 (RFC 8259 §8.1)');
  }
};

const asFailure = (error: unknown, signal: AbortSignal): Failure => {
  if (error instanceof Failure) return error;
  return signal.aborted
    ? new Failure('timeout', 'the host did not answer in time')
    : new Failure('connection', codeOf(error));
};

/** A code such as ENOTFOUND or CERT_HAS_EXPIRED. Messages are not logged, because they contain addresses. */
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
