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
import { wellKnownDocuments } from '../config/well-known.ts';
import { ORIGIN_HEADER, STAGE_NAME } from '../names.ts';
import { RestoreChallenges } from './restore-challenges.ts';
import { type EdgeServer, mostSpecificFirst, viewerRequestCode } from './viewer-request.ts';
import { VIEWER_RESPONSE_CODE } from './viewer-response.ts';

/**
 * Every status that CloudFront would cache for ten seconds. The cache key of these behaviours has no query, so CloudFront
 * could show one user's failed callback to another.
 */
const CACHEABLE_ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** For the first byte and between two packets. A longer time would need a quota increase. */
const ORIGIN_RESPONSE_TIMEOUT = Duration.seconds(120);

const MAX_METADATA_AGE = Duration.hours(1);

export interface FrontDoorProps {
  readonly authorizationServer: RestApi;
  readonly servers: readonly ServerBehindFrontDoor[];
  /** Whether a function at the edge gives `WWW-Authenticate` its name again, which API Gateway changes. */
  readonly restoreChallenges: boolean;
  /** Name → text of the documents that the edge adds below `/.well-known/`. */
  readonly wellKnown: Readonly<Record<string, string>>;
  /**
   * Encrypts the origin secret.
   *
   * @default a key of AWS
   */
  readonly kmsKeyArn?: string | undefined;
}

export interface ServerBehindFrontDoor extends EdgeServer {
  readonly api: RestApi;
}

/** CloudFront gives clients one origin, chooses the API by path, and gives the issuer its name. */
export class FrontDoor extends Construct {
  readonly distribution: Distribution;
  /** `https://<domain>`: no path, no trailing slash. */
  readonly issuer: string;
  /** Dynamic reference to the origin secret. CloudFormation resolves it at deployment; the template never holds it. */
  readonly originSecret: string;

  constructor(scope: Construct, id: string, props: FrontDoorProps) {
    super(scope, id);
    const { authorizationServer, servers } = props;
    this.originSecret = this.#makeOriginSecret(props.kmsKeyArn);
    const behavior = this.#behaviors(props);
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Gatehouse',
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: behavior.uncached(authorizationServer),
      additionalBehaviors: {
        '/.well-known/*': behavior.metadata(authorizationServer),
        ...Object.fromEntries(
          mostSpecificFirst(servers).flatMap(({ path, api }) => [
            [path, behavior.server(api)],
            [`${path}/*`, behavior.server(api)],
          ]),
        ),
      },
      errorResponses: CACHEABLE_ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    });
    acknowledge(this.distribution, {
      CFR1: 'Users and clients may be anywhere; access rules decide who may log in',
      CFR2: 'The firewall protects the APIs in their own region; they are throttled per route',
      CFR3: 'CloudFront logs contain query strings, and so codes and states; the APIs log every request without them',
      CFR4: 'The default certificate fixes the policy; every browser and client in use supports TLS 1.2 or newer',
    });
    this.issuer = `https://${this.distribution.distributionDomainName}`;
  }

  /** It is deleted with the stack, because nothing depends on its value. */
  #makeOriginSecret(kmsKeyArn: string | undefined): string {
    const secret = new CfnSecret(this, 'OriginSecret', {
      description: 'Gatehouse: proves to the firewall that a request came through CloudFront',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      ...(kmsKeyArn === undefined ? {} : { kmsKeyId: kmsKeyArn }),
    });
    acknowledge(secret, {
      SMG4: 'The firewall and CloudFront must get a new value together; docs/firewall.md says how',
    });
    return `{{resolve:secretsmanager:${secret.ref}:SecretString}}`;
  }

  #behaviors({ servers, wellKnown, restoreChallenges }: FrontDoorProps) {
    const everyRequest = {
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      // Compression would delay streams.
      compress: false,
      functionAssociations: [
        {
          eventType: FunctionEventType.VIEWER_REQUEST,
          function: new CloudFrontFunction(this, 'ViewerRequest', {
            comment: 'Gatehouse: removes forged identity headers',
            code: FunctionCode.fromInline(viewerRequestCode(servers.map(edgeServerOf), wellKnownDocuments(wellKnown))),
            runtime: FunctionRuntime.JS_2_0,
          }),
        },
      ],
    };
    const metadataCache = new CachePolicy(this, 'MetadataCache', {
      comment: 'Gatehouse: caches as long as Cache-Control says, at most one hour',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: MAX_METADATA_AGE,
      headerBehavior: CacheHeaderBehavior.allowList('Origin'),
      queryStringBehavior: CacheQueryStringBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
    });
    // Adds permissive CORS headers to every response of an MCP server, unless the server sends its own. Preflights keep
    // the headers of the API. Without the override, no header appears twice.
    const serverCors = new ResponseHeadersPolicy(this, 'ServerCors', {
      // The name must be unique in the account. The CDK adds the region only to names of functions and cache policies.
      responseHeadersPolicyName: `${Names.uniqueResourceName(this, { maxLength: 90 })}-ServerCors-${Aws.REGION}`,
      comment: 'Gatehouse: lets scripts read the responses of MCP servers',
      // Unlike a function, the policy also applies to errors. A cookie would belong to the issuer's origin.
      removeHeaders: ['Set-Cookie'],
      corsBehavior: {
        accessControlAllowCredentials: false,
        accessControlAllowOrigins: ['*'],
        accessControlAllowMethods: [...MCP_METHODS, 'OPTIONS'],
        accessControlAllowHeaders: ['*'],
        accessControlExposeHeaders: EXPOSED_HEADERS.split(', '),
        originOverride: false,
      },
    });
    const viewerResponse = {
      eventType: FunctionEventType.VIEWER_RESPONSE,
      function: new CloudFrontFunction(this, 'ViewerResponse', {
        comment: 'Gatehouse: stops redirects of MCP servers',
        code: FunctionCode.fromInline(VIEWER_RESPONSE_CODE),
        runtime: FunctionRuntime.JS_2_0,
      }),
    };
    const challenges = restoreChallenges
      ? { edgeLambdas: [new RestoreChallenges(this, 'RestoreChallenges').edgeLambda] }
      : {};
    const origins = new Map<RestApi, HttpOrigin>();
    const originOf = (api: RestApi) => {
      const origin = origins.get(api) ?? this.#originOf(api);
      origins.set(api, origin);
      return origin;
    };
    const uncached = (api: RestApi): BehaviorOptions => ({
      ...everyRequest,
      ...challenges,
      origin: originOf(api),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    });
    return {
      uncached,
      server: (api: RestApi): BehaviorOptions => ({
        ...uncached(api),
        functionAssociations: [...everyRequest.functionAssociations, viewerResponse],
        responseHeadersPolicy: serverCors,
      }),
      metadata: (api: RestApi): BehaviorOptions => ({
        ...everyRequest,
        origin: originOf(api),
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
        cachePolicy: metadataCache,
      }),
    };
  }

  /** Uses the id and the literal stage name: a reference to the stage would close a cycle (stage → functions → issuer). */
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

const edgeServerOf = ({ path, needsRawQuery, allowedOrigins }: EdgeServer): EdgeServer => ({
  path,
  needsRawQuery,
  ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
});
