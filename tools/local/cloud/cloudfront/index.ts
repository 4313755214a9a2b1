import { randomBytes } from 'node:crypto';
import type { Origin } from '../api-gateway/index.ts';
import { type EdgeRequest, type EdgeResponse, HOP_BY_HOP, lastHeader, withoutHeaders } from '../http-message.ts';
import { limitedStream, within } from '../limited-stream.ts';
import type { ResolvedTemplate } from '../resolved-template.ts';
import { createEdgeCache } from './cache.ts';
import { type Behaviour, behaviourFor, type EdgeOrigin, readDistribution } from './distribution.ts';
import { isAnswer, originRequest } from './origin-request.ts';
import { createOriginResponse, type OriginResponse } from './origin-response.ts';
import { createViewerFunction, type ViewerFunction, ViewerFunctionError } from './viewer-function.ts';
import { createViewerResponse, type ViewerResponse } from './viewer-response.ts';

const MAX_URL_BYTES = 8192;
/** Request line, headers and query together. */
const MAX_REQUEST_BYTES = 32_768;

export interface CloudFrontOptions {
  /** Such as `localhost:4800`. */
  readonly domainName: string;
  /**
   * Whether the run answers whatever `Host` arrives, as behind a tunnel that sends a name of its own.
   *
   * @default false
   */
  readonly acceptsAnyHost?: boolean;
  /** Origins by domain. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Runs the template's only distribution as one function from request to response. Like CloudFront, it answers 403 to an
 * unknown `Host`. Loopback addresses are accepted, because no other machine can use them to reach this one.
 *
 * @throws Error naming the distribution and the part that cannot be run
 */
export const createCloudFront = (template: ResolvedTemplate, options: CloudFrontOptions): Origin => {
  const now = options.now ?? Date.now;
  const distribution = readDistribution(template, options.domainName);
  const cache = createEdgeCache(distribution, now);
  const functions = new Map<string, ViewerFunction>();
  const responseFunctions = new Map<string, ViewerResponse>();
  const originFunctions = new Map<string, OriginResponse>();
  for (const { viewerRequestCode, viewerResponseCode, originResponseCode } of distribution.behaviours) {
    if (viewerRequestCode !== undefined) {
      functions.set(viewerRequestCode, createViewerFunction(viewerRequestCode, distribution));
    }
    if (originResponseCode !== undefined) {
      originFunctions.set(originResponseCode, createOriginResponse(originResponseCode, distribution));
    }
    if (viewerResponseCode !== undefined) {
      responseFunctions.set(viewerResponseCode, createViewerResponse(viewerResponseCode, distribution));
    }
  }

  const serve = async (incoming: EdgeRequest, requestId: string): Promise<EdgeResponse> => {
    const refused = refusal(incoming, options);
    if (refused) return refused;
    const behaviour = behaviourFor(distribution, incoming.path);
    if (!behaviour?.allowedMethods.has(incoming.method)) {
      return errorPage(403, `The distribution does not allow ${incoming.method} here.`);
    }
    const viewerFunction = functions.get(behaviour.viewerRequestCode ?? '');
    const request = viewerFunction ? await viewerFunction(incoming, requestId) : incoming;
    if (isAnswer(request))
      return { ...request, headers: [...request.headers, ['X-Cache', 'FunctionGeneratedResponse']] };

    const remembered = cache.find(behaviour, request);
    if (remembered) return leave(behaviour, request, withCacheResult(remembered, 'Hit'));
    const answer = await fetchFromOrigin(behaviour, request, requestId);
    const originResponse = originFunctions.get(behaviour.originResponseCode ?? '');
    const response = originResponse ? await originResponse(request, answer) : answer;
    const kept = await cache.keep(behaviour, request, response);
    return leave(behaviour, request, withCacheResult(kept, 'Miss'));
  };

  /** Runs the viewer-response function, which CloudFront skips for errors of the origin, and applies the policy. */
  const leave = async (behaviour: Behaviour, request: EdgeRequest, response: EdgeResponse): Promise<EdgeResponse> => {
    const viewerResponse = responseFunctions.get(behaviour.viewerResponseCode ?? '');
    const changed = viewerResponse && response.status < 400 ? await viewerResponse(request, response) : response;
    const headers = withoutHeaders(changed.headers, behaviour.removedHeaders);
    return withCors(behaviour, request, { ...changed, headers });
  };

  const fetchFromOrigin = async (
    behaviour: Behaviour,
    request: EdgeRequest,
    requestId: string,
  ): Promise<EdgeResponse> => {
    const origin = originOf(behaviour.origin);
    const limitMs = behaviour.origin.readTimeoutMs;
    const answer = origin(originRequest(behaviour, request, requestId));
    // The same limit applies to the first byte and between two packets.
    const response = await within(answer, limitMs, () => errorPage(504, 'The origin did not answer in time.'));
    if (Buffer.isBuffer(response.body)) return response;
    return { ...response, body: limitedStream(response.body, { idleMs: limitMs }) };
  };

  const originOf = (origin: EdgeOrigin): Origin =>
    options.origins.get(origin.domainName) ??
    (async () => errorPage(502, `There is no origin ${origin.domainName} in the local cloud.`));

  return async (incoming) => {
    const requestId = `${randomBytes(32).toString('base64url')}==`;
    const response = await serve(incoming, requestId).catch((error: unknown) => {
      if (error instanceof ViewerFunctionError) return errorPage(502, `A function at the edge: ${error.message}`);
      throw error;
    });
    return {
      ...response,
      headers: [
        ...withoutHeaders(response.headers, HOP_BY_HOP),
        ['Via', `1.1 ${distribution.id.toLowerCase()}.cloudfront.net (CloudFront)`],
        ['X-Amz-Cf-Id', requestId],
      ],
    };
  };
};

const refusal = (
  request: EdgeRequest,
  { domainName, acceptsAnyHost = false }: CloudFrontOptions,
): EdgeResponse | undefined => {
  const { method, path, query, headers, body } = request;
  const urlBytes = Buffer.byteLength(`https://${domainName}${path}${query ? `?${query}` : ''}`);
  const headerBytes = headers.reduce((sum, [name, value]) => sum + Buffer.byteLength(name + value) + 4, 0);
  if (!acceptsAnyHost && !isOwnHost(lastHeader(headers, 'host') ?? '', domainName)) {
    return errorPage(403, `This run answers to http://${domainName} only.`);
  }
  if (urlBytes > MAX_URL_BYTES) return errorPage(414, `The URL is longer than ${MAX_URL_BYTES} bytes.`);
  if (urlBytes + headerBytes > MAX_REQUEST_BYTES) return errorPage(413, 'The headers are too long.');
  if (method === 'GET' && body.length > 0) return errorPage(403, 'A GET request must not have a body.');
  return undefined;
};

/** Protects against DNS rebinding: a foreign name that resolves to this machine is not served. */
const isOwnHost = (host: string, domainName: string): boolean =>
  host.toLowerCase() === domainName || /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);

const withCacheResult = (response: EdgeResponse, result: 'Hit' | 'Miss'): EdgeResponse => ({
  ...response,
  headers: [...response.headers, ['X-Cache', `${response.status < 400 ? result : 'Error'} from cloudfront`]],
});

/**
 * Applies the response headers policy to CORS requests (those with `Origin`). It does not override: if the origin sends
 * any CORS header, the policy adds none.
 */
const withCors = ({ corsHeaders }: Behaviour, request: EdgeRequest, response: EdgeResponse): EdgeResponse => {
  const isCorsRequest = lastHeader(request.headers, 'origin') !== undefined;
  const speaksForItself = response.headers.some(([name]) => name.toLowerCase().startsWith('access-control-'));
  if (!isCorsRequest || speaksForItself) return response;
  return { ...response, headers: [...response.headers, ...corsHeaders] };
};

/** A response that the edge itself creates. */
const errorPage = (status: number, text: string): EdgeResponse => ({
  status,
  headers: [
    ['Content-Type', 'text/html'],
    ['X-Cache', 'Error from cloudfront'],
  ],
  body: Buffer.from(`<!doctype html><title>${status}</title><h1>${status}</h1><p>${escapeHtml(text)}</p>\n`),
  reason: text,
});

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
