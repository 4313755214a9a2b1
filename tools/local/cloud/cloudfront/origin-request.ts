import {
  type EdgeRequest,
  type EdgeResponse,
  type HeaderList,
  HOP_BY_HOP,
  lastHeader,
  withHeader,
} from '../http-message.ts';
import type { Behaviour } from './distribution.ts';

/** Headers that CloudFront removes from every request, in addition to hop-by-hop headers. */
const REMOVED = new Set([...HOP_BY_HOP, 'content-length', 'expect', 'x-forwarded-proto', 'x-real-ip']);

/** The request that the origin receives: what the two policies forward, with the origin's custom headers and path. */
export const originRequest = (behaviour: Behaviour, request: EdgeRequest, requestId: string): EdgeRequest => {
  const { origin, cachePolicy, originRequestPolicy: policy } = behaviour;
  const forwards = (name: string): boolean => {
    if (REMOVED.has(name) || /^x-(amz-cf|edge)-/.test(name)) return false;
    if (name === 'cookie') return policy.cookies;
    return policy.forwards(name) || cachePolicy.headers.includes(name) || name === 'content-type';
  };
  let headers: HeaderList = request.headers.filter(([name]) => forwards(name.toLowerCase()));
  const forwardedFor = [lastHeader(request.headers, 'x-forwarded-for'), request.sourceIp].filter(Boolean).join(', ');
  const own: HeaderList = [
    ...(lastHeader(headers, 'host') === undefined ? [['Host', origin.domainName] as const] : []),
    ...(lastHeader(headers, 'user-agent') === undefined ? [['User-Agent', 'Amazon CloudFront'] as const] : []),
    ['X-Forwarded-For', forwardedFor],
    ['X-Amz-Cf-Id', requestId],
    ['Via', '1.1 local.cloudfront.net (CloudFront)'],
    ...origin.customHeaders,
  ];
  for (const [name, value] of own) headers = withHeader(headers, name, value);
  return {
    ...request,
    path: `${origin.path}${request.path}`,
    query: policy.query || cachePolicy.query ? request.query : '',
    headers,
    sourceIp: EDGE_ADDRESS,
  };
};

/** The edge's address, from the documentation range (RFC 5737): for API Gateway the caller is always the edge. */
const EDGE_ADDRESS = '192.0.2.1';

/** Whether a viewer function returned a response. */
export const isAnswer = (result: EdgeRequest | EdgeResponse): result is EdgeResponse => 'status' in result;
