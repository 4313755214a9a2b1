import type { HeaderList } from '../http-message.ts';
import type { ResolvedTemplate } from '../resolved-template.ts';
import { MANAGED_ALL_VIEWER_EXCEPT_HOST, MANAGED_CACHING_DISABLED } from '../template/allowed-cloudfront.ts';
import { isRecord } from '../template/shape.ts';

/** How the edge handles the requests of one path pattern. */
export interface Behaviour {
  /** Undefined for the default behaviour. */
  readonly pathPattern: string | undefined;
  readonly origin: EdgeOrigin;
  readonly allowedMethods: ReadonlySet<string>;
  readonly cachedMethods: ReadonlySet<string>;
  readonly cachePolicy: CachePolicy;
  readonly originRequestPolicy: OriginRequestPolicy;
  /** CORS headers for responses that have none. */
  readonly corsHeaders: HeaderList;
  /** Source of the viewer-request function. */
  readonly viewerRequestCode: string | undefined;
  /** Source of the viewer-response function. */
  readonly viewerResponseCode: string | undefined;
  /** Source of the Lambda@Edge function for responses of the origin. */
  readonly originResponseCode: string | undefined;
  /** Names of the headers that the policy removes from responses, in lower case. */
  readonly removedHeaders: ReadonlySet<string>;
}

export interface EdgeOrigin {
  readonly domainName: string;
  /** Such as `/prod`. */
  readonly path: string;
  readonly readTimeoutMs: number;
  readonly customHeaders: readonly (readonly [string, string])[];
}

export interface CachePolicy {
  readonly minTtlSeconds: number;
  readonly defaultTtlSeconds: number;
  readonly maxTtlSeconds: number;
  /** Part of the key, and therefore forwarded. Lower case. */
  readonly headers: readonly string[];
  readonly query: boolean;
}

/** The viewer's headers that are forwarded in addition to those of the cache key. */
export interface OriginRequestPolicy {
  readonly forwards: (headerName: string) => boolean;
  readonly cookies: boolean;
  readonly query: boolean;
}

export interface Distribution {
  readonly id: string;
  readonly logicalId: string;
  readonly domainName: string;
  /** In the order of evaluation; the default behaviour is the last one. */
  readonly behaviours: readonly Behaviour[];
  /** Seconds for which an error of the origin is cached, by status. */
  readonly errorTtlSeconds: ReadonlyMap<number, number>;
}

const DEFAULT_READ_TIMEOUT_SECONDS = 30;
const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 31_536_000;

/** @throws Error naming the distribution and the missing resource to which it refers */
export const readDistribution = (template: ResolvedTemplate, domainName: string): Distribution => {
  const distributions = template.resources.filter(({ type }) => type === 'AWS::CloudFront::Distribution');
  const [distribution] = distributions;
  if (!distribution || distributions.length > 1) {
    throw new Error(`the template has ${distributions.length} distributions, the local cloud serves exactly one`);
  }
  const config = record(distribution.properties.DistributionConfig);
  const fail = (problem: string): never => {
    throw new Error(`${distribution.logicalId}: ${problem}`);
  };
  const byId = (type: string, id: unknown) =>
    template.resources.find((resource) => resource.type === type && resource.physicalId === id)?.properties;

  const origins = new Map(records(config.Origins).map((origin) => [text(origin.Id), readOrigin(origin)]));
  const originResponseCode = (behaviour: Record<string, unknown>): string | undefined => {
    const [association] = records(behaviour.LambdaFunctionAssociations);
    if (!association) return undefined;
    const version = byId('AWS::Lambda::Version', association.LambdaFunctionARN);
    const { ZipFile: code } = record(byId('AWS::Lambda::Function', version?.FunctionName)?.Code);
    return typeof code === 'string' ? code : fail(`there is no inline code of ${text(association.LambdaFunctionARN)}`);
  };
  const readBehaviour = (behaviour: Record<string, unknown>): Behaviour => {
    const codeFor = (eventType: string): string | undefined => {
      const association = records(behaviour.FunctionAssociations).find(({ EventType }) => EventType === eventType);
      if (!association) return undefined;
      const code = byId('AWS::CloudFront::Function', association.FunctionARN)?.FunctionCode;
      return typeof code === 'string' ? code : fail(`there is no function ${text(association.FunctionARN)}`);
    };
    const responsePolicy =
      behaviour.ResponseHeadersPolicyId === undefined
        ? undefined
        : (byId('AWS::CloudFront::ResponseHeadersPolicy', behaviour.ResponseHeadersPolicyId) ??
          fail(`response headers policy ${text(behaviour.ResponseHeadersPolicyId)} is not known here`));
    return {
      pathPattern: behaviour.PathPattern === undefined ? undefined : text(behaviour.PathPattern),
      origin: origins.get(text(behaviour.TargetOriginId)) ?? fail(`no origin ${text(behaviour.TargetOriginId)}`),
      allowedMethods: new Set(strings(behaviour.AllowedMethods ?? ['GET', 'HEAD'])),
      cachedMethods: new Set(strings(behaviour.CachedMethods ?? ['GET', 'HEAD'])),
      cachePolicy:
        behaviour.CachePolicyId === MANAGED_CACHING_DISABLED
          ? CACHING_DISABLED
          : readCachePolicy(
              byId('AWS::CloudFront::CachePolicy', behaviour.CachePolicyId) ??
                fail(`cache policy ${text(behaviour.CachePolicyId)} is not known here`),
            ),
      originRequestPolicy: readOriginRequestPolicy(behaviour.OriginRequestPolicyId, (id) =>
        record(byId('AWS::CloudFront::OriginRequestPolicy', id) ?? fail(`origin request policy ${id} is not known`)),
      ),
      corsHeaders: responsePolicy === undefined ? [] : readCorsHeaders(responsePolicy),
      removedHeaders: new Set(responsePolicy === undefined ? [] : readRemovedHeaders(responsePolicy)),
      viewerRequestCode: codeFor('viewer-request'),
      viewerResponseCode: codeFor('viewer-response'),
      originResponseCode: originResponseCode(behaviour),
    };
  };
  return {
    id: distribution.physicalId,
    logicalId: distribution.logicalId,
    domainName,
    behaviours: [...records(config.CacheBehaviors), record(config.DefaultCacheBehavior)].map(readBehaviour),
    errorTtlSeconds: new Map(
      records(config.CustomErrorResponses).map((e) => [Number(e.ErrorCode), Number(e.ErrorCachingMinTTL ?? 10)]),
    ),
  };
};

const readOrigin = (origin: Record<string, unknown>): EdgeOrigin => ({
  domainName: text(origin.DomainName),
  path: text(origin.OriginPath ?? ''),
  readTimeoutMs: Number(record(origin.CustomOriginConfig).OriginReadTimeout ?? DEFAULT_READ_TIMEOUT_SECONDS) * 1000,
  customHeaders: records(origin.OriginCustomHeaders).map((h) => [text(h.HeaderName), text(h.HeaderValue)] as const),
});

const CACHING_DISABLED: CachePolicy = {
  minTtlSeconds: 0,
  defaultTtlSeconds: 0,
  maxTtlSeconds: 0,
  headers: [],
  query: false,
};

const readCachePolicy = (properties: Readonly<Record<string, unknown>>): CachePolicy => {
  const config = record(properties.CachePolicyConfig);
  const key = record(config.ParametersInCacheKeyAndForwardedToOrigin);
  const headers = record(key.HeadersConfig);
  return {
    minTtlSeconds: Number(config.MinTTL ?? 0),
    defaultTtlSeconds: Number(config.DefaultTTL ?? DAY_SECONDS),
    maxTtlSeconds: Number(config.MaxTTL ?? YEAR_SECONDS),
    headers: headers.HeaderBehavior === 'whitelist' ? strings(headers.Headers).map((name) => name.toLowerCase()) : [],
    query: record(key.QueryStringsConfig).QueryStringBehavior === 'all',
  };
};

/** The headers that the policy adds to responses. Headers for preflights are left out, because the origin answers those. */
const readCorsHeaders = (properties: Readonly<Record<string, unknown>>): HeaderList => {
  const cors = record(record(properties.ResponseHeadersPolicyConfig).CorsConfig);
  const items = (name: string): string[] => strings(record(cors[name]).Items);
  const exposed = items('AccessControlExposeHeaders');
  return [
    ...items('AccessControlAllowOrigins').map((origin) => ['Access-Control-Allow-Origin', origin] as const),
    ...(exposed.length > 0 ? [['Access-Control-Expose-Headers', exposed.join(', ')] as const] : []),
  ];
};

const readRemovedHeaders = (properties: Readonly<Record<string, unknown>>): string[] =>
  records(record(record(properties.ResponseHeadersPolicyConfig).RemoveHeadersConfig).Items).map(({ Header }) =>
    text(Header).toLowerCase(),
  );

const readOriginRequestPolicy = (id: unknown, find: (id: string) => Record<string, unknown>): OriginRequestPolicy => {
  if (id === undefined) return { forwards: () => false, cookies: false, query: false };
  if (id === MANAGED_ALL_VIEWER_EXCEPT_HOST) return { forwards: (name) => name !== 'host', cookies: true, query: true };
  const config = record(find(text(id)).OriginRequestPolicyConfig);
  const { HeaderBehavior, Headers } = record(config.HeadersConfig);
  const listed = new Set(strings(Headers ?? []).map((name) => name.toLowerCase()));
  const forwards: Readonly<Record<string, (name: string) => boolean>> = {
    none: () => false,
    whitelist: (name) => listed.has(name),
    allExcept: (name) => !listed.has(name),
    allViewer: () => true,
  };
  return {
    forwards: forwards[text(HeaderBehavior)] ?? (() => false),
    cookies: record(config.CookiesConfig).CookieBehavior === 'all',
    query: record(config.QueryStringsConfig).QueryStringBehavior === 'all',
  };
};

/** The first behaviour whose pattern matches the normalized path (RFC 3986 §6.2.2). */
export const behaviourFor = (distribution: Distribution, path: string): Behaviour | undefined => {
  const normalized = normalizePath(path);
  return distribution.behaviours.find(({ pathPattern }) => !pathPattern || fits(pathPattern, normalized));
};

const fits = (pattern: string, path: string): boolean => {
  const source = (pattern.startsWith('/') ? pattern : `/${pattern}`)
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(path);
};

const normalizePath = (path: string): string => {
  const decoded = path.replaceAll(/%[0-9a-f]{2}/gi, (escaped) => {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : escaped.toUpperCase();
  });
  const segments: string[] = [];
  const parts = decoded.split('/').slice(1);
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    if (part === '..') segments.pop();
    if (part !== '.' && part !== '..') segments.push(part);
    else if (last) segments.push('');
  }
  return `/${segments.join('/')}`;
};

const text = (value: unknown): string => String(value);
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const records = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);
