/** One `AWS::ApiGateway::RestApi` with its resources, methods and responses. */
export interface RestApi {
  readonly id: string;
  readonly logicalId: string;
  readonly stageName: string;
  readonly deploymentId: string;
  readonly routes: readonly Route[];
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponse>;
  readonly methodSettings: readonly MethodSetting[];
}

/** One resource path and its methods. */
export interface Route {
  readonly resourceId: string;
  /** Such as `/items/{proxy+}`. */
  readonly path: string;
  /** Methods by HTTP method or `ANY`. */
  readonly methods: ReadonlyMap<string, Method>;
}

export interface Method {
  readonly logicalId: string;
  readonly httpMethod: string;
  readonly authorizer: Authorizer | undefined;
  readonly integration: Integration;
}

export interface Authorizer {
  readonly id: string;
  readonly functionArn: string;
  /** Expressions such as `method.request.header.Authorization`. */
  readonly identitySources: readonly string[];
  readonly resultTtlSeconds: number;
  readonly timeoutMs: number;
}

export interface Integration {
  readonly type: 'AWS_PROXY' | 'HTTP_PROXY' | 'MOCK';
  readonly uri: string;
  readonly httpMethod: string;
  readonly stream: boolean;
  readonly timeoutMs: number;
  readonly requestParameters: Readonly<Record<string, string>>;
  readonly requestTemplates: Readonly<Record<string, string>>;
  readonly passthroughBehavior: string;
  readonly responses: readonly IntegrationResponse[];
}

export interface IntegrationResponse {
  readonly statusCode: number;
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}

export interface GatewayResponse {
  readonly statusCode: number | undefined;
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}

export interface MethodSetting {
  /** Such as `/items`, or `/*` for every resource. */
  readonly resourcePath: string;
  /** Such as `POST`, or `*` for every method. */
  readonly httpMethod: string;
  readonly rateLimit: number | undefined;
  readonly burstLimit: number | undefined;
}
