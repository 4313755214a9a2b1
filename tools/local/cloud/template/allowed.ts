import { cloudFrontShapes } from './allowed-cloudfront.ts';
import { any, type Check, list, map, object, oneOf } from './shape.ts';

/** Resource types that a deployment needs and the local cloud does not run. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Account': 'account setting of API Gateway',
  'AWS::CDK::Metadata': 'CDK metadata',
  'AWS::CloudWatch::Alarm': 'alarm',
  'AWS::CloudWatch::CompositeAlarm': 'alarm',
  'AWS::CloudWatch::Dashboard': 'dashboard',
  'AWS::Cognito::ManagedLoginBranding': 'user pool',
  'AWS::Cognito::UserPool': 'user pool',
  'AWS::Cognito::UserPoolClient': 'user pool',
  'AWS::Cognito::UserPoolDomain': 'user pool',
  'AWS::Logs::LogGroup': 'log group',
  'AWS::Logs::MetricFilter': 'metric filter',
  'AWS::SNS::Subscription': 'alarm topic',
  'AWS::SNS::Topic': 'alarm topic',
  'AWS::SNS::TopicPolicy': 'alarm topic',
  'AWS::WAFv2::WebACL': 'web application firewall',
  'AWS::WAFv2::WebACLAssociation': 'web application firewall',
};

const integration = object({
  Type: oneOf('AWS_PROXY', 'HTTP_PROXY', 'MOCK'),
  IntegrationHttpMethod: any,
  Uri: any,
  RequestParameters: map(any),
  RequestTemplates: map(any),
  PassthroughBehavior: any,
  IntegrationResponses: list(
    object({ StatusCode: any, ResponseParameters: map(any), ResponseTemplates: map(any), SelectionPattern: any }),
  ),
  ResponseTransferMode: oneOf('BUFFERED', 'STREAM'),
  TimeoutInMillis: any,
  ConnectionType: oneOf('INTERNET'),
});

const apiGatewayShapes: Record<string, Check> = {
  'AWS::ApiGateway::RestApi': object({
    Name: any,
    Description: any,
    EndpointConfiguration: object({ Types: any, IpAddressType: any }),
    DisableExecuteApiEndpoint: oneOf(false),
    Tags: any,
  }),
  'AWS::ApiGateway::Resource': object({ ParentId: any, PathPart: any, RestApiId: any }),
  'AWS::ApiGateway::Method': object({
    RestApiId: any,
    ResourceId: any,
    HttpMethod: any,
    AuthorizationType: oneOf('NONE', 'CUSTOM'),
    AuthorizerId: any,
    ApiKeyRequired: oneOf(false),
    OperationName: any,
    RequestParameters: map(oneOf(true, false)),
    MethodResponses: any,
    Integration: integration,
  }),
  'AWS::ApiGateway::Deployment': object({ RestApiId: any, Description: any }),
  'AWS::ApiGateway::Stage': object({
    RestApiId: any,
    DeploymentId: any,
    StageName: any,
    Description: any,
    Tags: any,
    TracingEnabled: any,
    AccessLogSetting: any,
    MethodSettings: list(
      object({
        HttpMethod: any,
        ResourcePath: any,
        ThrottlingBurstLimit: any,
        ThrottlingRateLimit: any,
        LoggingLevel: any,
        DataTraceEnabled: any,
        MetricsEnabled: any,
      }),
    ),
  }),
  'AWS::ApiGateway::Authorizer': object({
    Name: any,
    RestApiId: any,
    Type: oneOf('REQUEST'),
    AuthorizerUri: any,
    AuthorizerResultTtlInSeconds: any,
    IdentitySource: any,
  }),
  'AWS::ApiGateway::GatewayResponse': object({
    RestApiId: any,
    ResponseType: any,
    StatusCode: any,
    ResponseParameters: map(any),
    ResponseTemplates: map(any),
  }),
};

const statementShapes: Record<string, Check> = {
  'AWS::IAM::Role': object({
    AssumeRolePolicyDocument: any,
    Policies: any,
    // Lets the account's API Gateway write logs, which the local cloud does not do. Functions have no managed policies.
    ManagedPolicyArns: list(oneOf('arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs')),
    Description: any,
    RoleName: any,
    // Its document is not in the template, so it is not evaluated.
    PermissionsBoundary: any,
    Tags: any,
  }),
  'AWS::IAM::Policy': object({ PolicyDocument: any, PolicyName: any, Roles: any }),
  'AWS::Lambda::Permission': object({
    Action: any,
    FunctionName: any,
    Principal: any,
    SourceArn: any,
    SourceAccount: any,
  }),
};

const serviceShapes: Record<string, Check> = {
  'AWS::Lambda::Function': object({
    Code: object({ S3Bucket: any, S3Key: any, ZipFile: any }),
    Handler: any,
    Role: any,
    Runtime: any,
    Architectures: any,
    Environment: object({ Variables: map(any) }),
    MemorySize: any,
    Timeout: any,
    Description: any,
    FunctionName: any,
    LoggingConfig: any,
    TracingConfig: any,
    ReservedConcurrentExecutions: any,
    Tags: any,
  }),
  'AWS::Lambda::Version': object({ FunctionName: any, Description: any }),
  'AWS::DynamoDB::Table': object({
    TableName: any,
    KeySchema: any,
    AttributeDefinitions: any,
    BillingMode: oneOf('PAY_PER_REQUEST'),
    OnDemandThroughput: any,
    GlobalSecondaryIndexes: any,
    TimeToLiveSpecification: any,
    PointInTimeRecoverySpecification: any,
    DeletionProtectionEnabled: any,
    SSESpecification: any,
    Tags: any,
  }),
  'AWS::KMS::Key': object({
    Description: any,
    // Rotation is invisible to callers: the key keeps its id and still decrypts old ciphertexts.
    EnableKeyRotation: any,
    KeyPolicy: any,
    KeySpec: oneOf('SYMMETRIC_DEFAULT'),
    KeyUsage: oneOf('ENCRYPT_DECRYPT'),
    Tags: list(object({ Key: any, Value: any })),
  }),
  'AWS::SecretsManager::Secret': object({
    Name: any,
    Description: any,
    GenerateSecretString: any,
    KmsKeyId: any,
    SecretString: any,
    Tags: any,
  }),
  'AWS::Events::Rule': object({
    Name: any,
    Description: any,
    ScheduleExpression: any,
    State: any,
    Targets: list(object({ Arn: any, Id: any, Input: any, RetryPolicy: any })),
  }),
};

const SHAPES: Readonly<Record<string, Check>> = {
  ...apiGatewayShapes,
  ...cloudFrontShapes,
  ...statementShapes,
  ...serviceShapes,
};

/** The check for a resource type, or undefined when the local cloud does not run the type. */
export const shapeOf = (type: string): Check | undefined => (type.startsWith('Custom::') ? any : SHAPES[type]);
