/** A resource of the synthesized template with every intrinsic resolved to what the local cloud calls it. */
export interface Resource {
  readonly logicalId: string;
  /** CloudFormation type, such as `AWS::Lambda::Function`. */
  readonly type: string;
  /** What `Ref` resolves to: a function's, role's, table's or rule's name, a secret's ARN, an API's id. */
  readonly physicalId: string;
  /** What `GetAtt … Arn` resolves to, for the types that have it: function, role, table, rule. A secret's ARN is its `Ref`. */
  readonly arn?: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** CDK's metadata: asset paths and construct paths. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The template as the local cloud runs it. */
export interface ResolvedTemplate {
  /** The value of `AWS::StackName`. */
  readonly stackName: string;
  readonly resources: readonly Resource[];
  /** Output name → value. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Folder of the cloud assembly, for assets. */
  readonly assemblyDirectory: string;
}

export const LOCAL_ACCOUNT_ID = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** The value of `AWS::StackId`. */
export const stackIdOf = (stackName: string): string =>
  `arn:aws:cloudformation:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:stack/${stackName}/local`;
