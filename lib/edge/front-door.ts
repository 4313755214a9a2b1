import { Aws, Duration, Names } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  AllowedMethods,
  type BehaviorOptions,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Function as CloudFrontFunction,
  Distribution,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { EXPOSED_HEADERS, MCP_METHODS } from '../api/cors.ts';
import { STAGE_NAME } from '../api/rest-api.ts';
import { ORIGIN_HEADER, viewerRequestCode } from './viewer-request.ts';

/**
 * Every code that CloudFront would remember for ten seconds. The query is not in the key of an uncached behaviour, so
 * one person's failed callback could otherwise be shown to another.
 */
const CACHEABLE_ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** For the first byte and between two packets; the most that CloudFront gives without asking. */
const ORIGIN_RESPONSE_TIMEOUT = Duration.seconds(120);

const MAX_METADATA_AGE = Duration.hours(1);

export interface FrontDoorProps {
  readonly authorizationServer: RestApi;
  /** Path of each MCP server → its API. */
  readonly protectedResources: ReadonlyMap<string, RestApi>;
}

/** CloudFront: one origin for clients, the API chosen by path, and the place from which the issuer takes its name. */
export class FrontDoor extends Construct {
  readonly distribution: Distribution;
  /** `https://<domain>`: no path, no trailing slash. */
  readonly issuer: string;
  /** What CloudFront alone knows, as CloudFormation puts it in while it deploys: the template does not hold it. */
  readonly originSecret: string;

  constructor(scope: Construct, id: string, { authorizationServer, protectedResources }: FrontDoorProps) {
    super(scope, id);
    this.originSecret = this.#makeOriginSecret();
    const behavior = this.#behaviors([...protectedResources.keys()]);
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Gatehouse',
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: behavior.uncached(authorizationServer),
      additionalBehaviors: {
        '/.well-known/*': behavior.metadata(authorizationServer),
        ...Object.fromEntries(
          mostSpecificFirst(protectedResources).flatMap(([path, api]) => [
            [path, behavior.server(api)],
            [`${path}/*`, behavior.server(api)],
          ]),
        ),
      },
      errorResponses: CACHEABLE_ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    });
    acknowledge(this.distribution, {
      CFR1: 'People and clients may be anywhere; access rules decide who comes in',
      CFR2: 'The firewall stands before the APIs, in the same region as they do; they are throttled per route',
      CFR3: 'CloudFront logs hold query strings, and with them codes and states; the APIs log every request without',
      CFR4: 'The default certificate fixes the policy; every browser and client in use speaks TLS 1.2 or newer',
    });
    this.issuer = `https://${this.distribution.distributionDomainName}`;
  }

  /** Nothing is lost with it: it goes with the stack. */
  #makeOriginSecret(): string {
    const secret = new CfnSecret(this, 'OriginSecret', {
      description: 'Gatehouse: by which the firewall knows CloudFront',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    acknowledge(secret, { SMG4: 'Firewall and CloudFront must learn a new one together: docs/firewall.md says how' });
    return `{{resolve:secretsmanager:${secret.ref}:SecretString}}`;
  }

  #behaviors(serverPaths: readonly string[]) {
    const everyRequest = {
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      // Compression would hold back what streams.
      compress: false,
      functionAssociations: [
        {
          eventType: FunctionEventType.VIEWER_REQUEST,
          function: new CloudFrontFunction(this, 'ViewerRequest', {
            comment: 'Gatehouse: drops forged identity headers',
            code: FunctionCode.fromInline(viewerRequestCode(serverPaths)),
            runtime: FunctionRuntime.JS_2_0,
          }),
        },
      ],
    };
    const metadataCache = new CachePolicy(this, 'MetadataCache', {
      comment: 'Gatehouse: as long as Cache-Control says, at most an hour',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: MAX_METADATA_AGE,
      headerBehavior: CacheHeaderBehavior.allowList('Origin'),
      queryStringBehavior: CacheQueryStringBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
    });
    // MCP servers are for scripts of any origin. One that sends CORS headers of its own keeps them, and preflights keep
    // those of the API: the policy is for answers that come without any, so that nothing is there twice.
    const serverCors = new ResponseHeadersPolicy(this, 'ServerCors', {
      // Names are the account's, and the CDK puts the region into those of functions and cache policies alone.
      responseHeadersPolicyName: `${Names.uniqueResourceName(this, { maxLength: 90 })}-ServerCors-${Aws.REGION}`,
      comment: 'Gatehouse: lets scripts read the answers of MCP servers',
      corsBehavior: {
        accessControlAllowCredentials: false,
        accessControlAllowOrigins: ['*'],
        accessControlAllowMethods: [...MCP_METHODS, 'OPTIONS'],
        accessControlAllowHeaders: ['*'],
        accessControlExposeHeaders: EXPOSED_HEADERS.split(', '),
        originOverride: false,
      },
    });
    const origins = new Map<RestApi, HttpOrigin>();
    const originOf = (api: RestApi) => {
      const origin = origins.get(api) ?? this.#originOf(api);
      origins.set(api, origin);
      return origin;
    };
    const uncached = (api: RestApi): BehaviorOptions => ({
      ...everyRequest,
      origin: originOf(api),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    });
    return {
      uncached,
      server: (api: RestApi): BehaviorOptions => ({ ...uncached(api), responseHeadersPolicy: serverCors }),
      metadata: (api: RestApi): BehaviorOptions => ({
        ...everyRequest,
        origin: originOf(api),
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
        cachePolicy: metadataCache,
      }),
    };
  }

  /** By id and literal stage name: a reference to the stage would close a cycle (stage → functions → issuer). */
  #originOf(api: RestApi): HttpOrigin {
    return new HttpOrigin(`${api.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`, {
      originPath: `/${STAGE_NAME}`,
      customHeaders: { [ORIGIN_HEADER]: this.originSecret },
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      readTimeout: ORIGIN_RESPONSE_TIMEOUT,
      keepaliveTimeout: Duration.seconds(60),
    });
  }
}

/** CloudFront takes the first behaviour that fits: `/tools/mcp` must come before `/tools/*`. */
const mostSpecificFirst = (resources: ReadonlyMap<string, RestApi>): [string, RestApi][] =>
  [...resources].sort(([a], [b]) => b.split('/').length - a.split('/').length);
