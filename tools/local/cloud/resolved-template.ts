/** A resource of the synthesized template. Every intrinsic is resolved to its value in the local cloud. */
export interface Resource {
  readonly logicalId: string;
  /** CloudFormation type, such as `AWS::Lambda::Function`. */
  readonly type: string;
  /** The value of `Ref`: the name of a function, role, table or rule, the ARN of a secret, the id of an API. */
  readonly physicalId: string;
  /** The value of `GetAtt … Arn`, for types that have it: function, role, table, rule. A secret's ARN is its `Ref`. */
  readonly arn?: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** CDK's metadata: asset paths and construct paths. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The template that the local cloud runs. */
export interface ResolvedTemplate {
  /** The value of `AWS::StackName`. */
  readonly stackName: string;
  readonly resources: readonly Resource[];
  /** Values by output name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Folder of the cloud assembly, for assets. */
  readonly assemblyDirectory: string;
}

export const LOCAL_ACCOUNT_ID = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** The value of `AWS::StackId`. */
export const stackIdOf = (stackName: string): string =>
  `arn:aws:cloudformation:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:stack/${stackName}/local`;
