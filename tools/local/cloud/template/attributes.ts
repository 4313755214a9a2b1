import { createHash } from 'node:crypto';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../resolved-template.ts';

/** Stands for the distribution's domain until `localize.ts` replaces it. RFC 2606 reserves `.invalid`, so no real name matches. */
export const SENTINEL_DOMAIN = 'distribution.local-cloud.invalid';

/** Names of a resource, from which the values of `Ref` and `Fn::GetAtt` follow. */
export interface Naming {
  readonly logicalId: string;
  readonly type: string;
  /** The name in the template, or a name derived from the logical id. */
  readonly name: string;
}

/** Property of each type that may name the resource. */
export const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Stage': 'StageName',
  'AWS::CloudFront::Function': 'Name',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SecretsManager::Secret': 'Name',
};

const MAX_NAME_CHARACTERS = 64;

/** Letters and digits that depend on the logical id only. */
export const stableId = (logicalId: string, length: number): string =>
  BigInt(`0x${createHash('sha256').update(logicalId).digest('hex')}`)
    .toString(36)
    .slice(0, length);

export const defaultName = (logicalId: string): string =>
  logicalId.length <= MAX_NAME_CHARACTERS
    ? logicalId
    : `${logicalId.slice(0, MAX_NAME_CHARACTERS - 9)}-${stableId(logicalId, 8)}`;

const arn = (service: string, rest: string, region = LOCAL_REGION): string =>
  `arn:aws:${service}:${region}:${LOCAL_ACCOUNT_ID}:${rest}`;

interface References {
  readonly ref: (naming: Naming) => string;
  readonly attributes?: Readonly<Record<string, (naming: Naming) => string>>;
}

const API_ID_CHARACTERS = 10;
const apiId = (naming: Naming): string => stableId(naming.logicalId, API_ID_CHARACTERS);
const byName = (naming: Naming): string => naming.name;

const CLOUDFRONT_ID_CHARACTERS = 13;
const cloudFrontId = (naming: Naming): string =>
  `E${stableId(naming.logicalId, CLOUDFRONT_ID_CHARACTERS).toUpperCase()}`;
const functionArn = (naming: Naming): string => arn('cloudfront', `function/${naming.name}`, '');

const USER_POOL_ID_CHARACTERS = 9;
const userPoolId = (naming: Naming): string => `${LOCAL_REGION}_${stableId(naming.logicalId, USER_POOL_ID_CHARACTERS)}`;

/** A UUID, as KMS assigns, that depends on the logical id only. */
const keyId = ({ logicalId }: Naming): string =>
  createHash('sha256')
    .update(logicalId)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

const REFERENCES: Readonly<Record<string, References>> = {
  'AWS::ApiGateway::RestApi': {
    ref: apiId,
    attributes: { RootResourceId: (naming) => stableId(`${naming.logicalId}/`, API_ID_CHARACTERS), RestApiId: apiId },
  },
  'AWS::ApiGateway::Resource': { ref: apiId, attributes: { ResourceId: apiId } },
  'AWS::ApiGateway::Method': { ref: apiId },
  'AWS::ApiGateway::Deployment': { ref: apiId, attributes: { DeploymentId: apiId } },
  'AWS::ApiGateway::Stage': { ref: byName },
  'AWS::ApiGateway::Authorizer': { ref: apiId, attributes: { AuthorizerId: apiId } },
  'AWS::ApiGateway::GatewayResponse': { ref: apiId },
  'AWS::CloudFront::CachePolicy': { ref: cloudFrontId, attributes: { Id: cloudFrontId } },
  'AWS::CloudFront::OriginRequestPolicy': { ref: cloudFrontId, attributes: { Id: cloudFrontId } },
  'AWS::CloudFront::ResponseHeadersPolicy': { ref: cloudFrontId, attributes: { Id: cloudFrontId } },
  'AWS::CloudFront::Distribution': {
    ref: cloudFrontId,
    attributes: { DomainName: () => SENTINEL_DOMAIN, Id: cloudFrontId },
  },
  'AWS::CloudFront::Function': {
    ref: functionArn,
    attributes: { FunctionARN: functionArn, 'FunctionMetadata.FunctionARN': functionArn },
  },
  // User pools are not run, but other resources and the stack's outputs refer to them.
  'AWS::Cognito::UserPool': {
    ref: userPoolId,
    attributes: { ProviderURL: (n) => `https://cognito-idp.${LOCAL_REGION}.amazonaws.com/${userPoolId(n)}` },
  },
  'AWS::Cognito::UserPoolClient': {
    ref: (n) => stableId(n.logicalId, 26),
    attributes: { ClientSecret: () => 'user-pools-are-not-run-here' },
  },
  'AWS::DynamoDB::Table': { ref: byName, attributes: { Arn: (n) => arn('dynamodb', `table/${n.name}`) } },
  'AWS::Events::Rule': { ref: byName, attributes: { Arn: (n) => arn('events', `rule/${n.name}`) } },
  'AWS::IAM::Policy': { ref: byName },
  'AWS::IAM::Role': {
    ref: byName,
    attributes: {
      Arn: (n) => arn('iam', `role/${n.name}`, ''),
      RoleId: (n) => `AROA${stableId(n.logicalId, 17).toUpperCase()}`,
    },
  },
  'AWS::KMS::Key': { ref: keyId, attributes: { Arn: (n) => arn('kms', `key/${keyId(n)}`), KeyId: keyId } },
  'AWS::Lambda::Function': { ref: byName, attributes: { Arn: (n) => arn('lambda', `function:${n.name}`) } },
  'AWS::Lambda::Permission': { ref: byName },
  'AWS::Lambda::Version': { ref: (n) => arn('lambda', `version:${n.logicalId}:1`) },
  'AWS::Logs::LogGroup': { ref: byName, attributes: { Arn: (n) => arn('logs', `log-group:${n.name}:*`) } },
  'AWS::SecretsManager::Secret': {
    ref: (n) => arn('secretsmanager', `secret:${n.name}-${stableId(n.logicalId, 6)}`),
    attributes: { Id: (n) => arn('secretsmanager', `secret:${n.name}-${stableId(n.logicalId, 6)}`) },
  },
  'AWS::SNS::Topic': { ref: (n) => arn('sns', n.name), attributes: { TopicArn: (n) => arn('sns', n.name) } },
  'AWS::WAFv2::WebACL': {
    ref: byName,
    attributes: { Arn: (n) => arn('wafv2', `regional/webacl/${n.name}/${stableId(n.logicalId, 8)}`) },
  },
};

/** `{"Ref": logicalId}`, or undefined when the local cloud does not know it. */
export const refOf = (naming: Naming): string | undefined => REFERENCES[naming.type]?.ref(naming);

/** `{"Fn::GetAtt": [logicalId, attribute]}`, or undefined when the local cloud does not know it. */
export const attributeOf = (naming: Naming, attribute: string): string | undefined =>
  REFERENCES[naming.type]?.attributes?.[attribute]?.(naming);
