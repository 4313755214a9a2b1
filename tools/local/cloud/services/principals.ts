import { randomBytes } from 'node:crypto';
import type { ResolvedTemplate, Resource } from '../resolved-template.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../resolved-template.ts';
import { AwsError } from './aws-error.ts';
import {
  type AccessRequest,
  type Decision,
  evaluate,
  evaluateWithKeyPolicy,
  parsePolicy,
  type Statement,
} from './iam.ts';

export const ACCOUNT_ROOT_ARN = `arn:aws:iam::${LOCAL_ACCOUNT_ID}:root`;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A caller of a service: a function with its role, or the operator, which is the account root. */
export interface Caller {
  readonly credentials: Credentials;
  /** The role's ARN, or the account root's. */
  readonly arn: string;
  /** The caller's name in error messages: the session of the assumed role. */
  readonly sessionArn: string;
  readonly functionLogicalId?: string;
  readonly statements: readonly Statement[];
}

/** All callers that the template defines, with credentials that are new in every run. */
export interface Principals {
  readonly operator: Caller;
  /** By logical id of the function. */
  readonly functions: ReadonlyMap<string, Caller>;
  readonly roleArns: ReadonlySet<string>;
  byAccessKeyId(accessKeyId: string): Caller | undefined;
}

/** AWS-managed policies that grant no access to the services that run here. */
const POLICIES_WITHOUT_EFFECT =
  /^arn:aws:iam::aws:policy\/service-role\/AWSLambda(BasicExecutionRole|VPCAccessExecutionRole)$/;

/**
 * Reads roles, policies and functions.
 * @throws Error naming a policy that cannot be enforced, or a function whose role is missing or does not trust Lambda
 */
export const readPrincipals = (template: ResolvedTemplate): Principals => {
  const roles = new Map(ofType(template, 'AWS::IAM::Role').map((role) => [role.arn ?? '', role]));
  const operator: Caller = {
    credentials: newCredentials('Operator'),
    arn: ACCOUNT_ROOT_ARN,
    sessionArn: ACCOUNT_ROOT_ARN,
    statements: parsePolicy({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }, 'the operator'),
  };
  const functions = new Map(
    regionalFunctions(template).map((fn): [string, Caller] => {
      const role = roles.get(String(fn.properties.Role));
      if (!role) throw new Error(`${fn.logicalId}: its role ${String(fn.properties.Role)} is not in the template`);
      assertTrustsLambda(role);
      return [
        fn.logicalId,
        {
          credentials: newCredentials(fn.logicalId),
          arn: role.arn ?? '',
          sessionArn: `arn:aws:sts::${LOCAL_ACCOUNT_ID}:assumed-role/${role.physicalId}/${fn.physicalId}`,
          functionLogicalId: fn.logicalId,
          statements: statementsOf(role, template),
        },
      ];
    }),
  );
  const byKey = new Map([operator, ...functions.values()].map((caller) => [caller.credentials.accessKeyId, caller]));
  return { operator, functions, roleArns: new Set(roles.keys()), byAccessKeyId: (id) => byKey.get(id) };
};

/** @throws AwsError AccessDeniedException with AWS's message, unless the caller's policies allow the request */
export const authorize = (caller: Caller, request: AccessRequest): void => {
  const decision = evaluate(caller.statements, withGlobalContext(caller, request));
  if (decision !== 'allowed') throw accessDenied(caller, request, decision, 'identity-based');
};

/** ARN of each table and secret that a customer's key encrypts → ARN of the key. */
export const customerKeys = (template: ResolvedTemplate): ReadonlyMap<string, string> =>
  new Map(
    ofType(template, 'AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret').flatMap(
      ({ arn, physicalId, properties }) => {
        const key: unknown = properties.KmsKeyId ?? Object(properties.SSESpecification).KMSMasterKeyId;
        return typeof key === 'string' ? [[arn ?? physicalId, key] as const] : [];
      },
    ),
  );

/**
 * The same for the data of a table or secret. If a customer's key encrypts it, the service decrypts it in the caller's
 * name. The key is not in the template, so its own policy is not evaluated.
 */
export const authorizeData = (caller: Caller, keys: ReadonlyMap<string, string>, request: AccessRequest): void => {
  authorize(caller, request);
  const resource = keys.get(request.resource.replace(/\/index\/.*$/, ''));
  const service = request.action.split(':')[0];
  if (resource === undefined) return;
  const context = { 'kms:ViaService': `${service}.${LOCAL_REGION}.amazonaws.com` };
  authorize(caller, { action: 'kms:Decrypt', resource, context });
};

/** The same for a KMS key and its key policy. */
export const authorizeForKey = (caller: Caller, keyPolicy: readonly Statement[], request: AccessRequest): void => {
  const principal = { arn: caller.arn, rootArn: ACCOUNT_ROOT_ARN };
  const decision = evaluateWithKeyPolicy(caller.statements, keyPolicy, principal, withGlobalContext(caller, request));
  if (decision !== 'allowed') throw accessDenied(caller, request, decision, 'resource-based');
};

const withGlobalContext = (caller: Caller, request: AccessRequest): AccessRequest => ({
  ...request,
  context: {
    'aws:PrincipalArn': caller.arn,
    'aws:PrincipalAccount': LOCAL_ACCOUNT_ID,
    'aws:SecureTransport': 'true',
    ...request.context,
  },
});

const accessDenied = (
  caller: Caller,
  { action, resource }: AccessRequest,
  decision: Decision,
  kind: string,
): AwsError => {
  const because =
    decision === 'explicitly denied'
      ? 'with an explicit deny in a policy'
      : `because no ${kind} policy allows the ${action} action`;
  return new AwsError(
    'AccessDeniedException',
    `User: ${caller.sessionArn} is not authorized to perform: ${action} on resource: ${resource} ${because}`,
  );
};

const statementsOf = (role: Resource, template: ResolvedTemplate): Statement[] => {
  const managed = (role.properties.ManagedPolicyArns ?? []) as string[];
  const unknown = managed.find((arn) => !POLICIES_WITHOUT_EFFECT.test(arn));
  if (unknown) throw new Error(`${role.logicalId}: the local cloud does not know the managed policy ${unknown}`);
  const inline = (role.properties.Policies ?? []) as { PolicyDocument: unknown }[];
  const attached = template.resources.filter(
    ({ type, properties }) =>
      (type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy') &&
      ((properties.Roles ?? []) as string[]).includes(role.physicalId),
  );
  return [
    ...inline.flatMap((policy) => parsePolicy(policy.PolicyDocument, role.logicalId)),
    ...attached.flatMap((policy) => parsePolicy(policy.properties.PolicyDocument, policy.logicalId)),
  ];
};

const assertTrustsLambda = (role: Resource): void => {
  const trust = role.properties.AssumeRolePolicyDocument as { Statement?: unknown } | undefined;
  const trusts = [trust?.Statement ?? []].flat().some((statement) => {
    const { Effect, Action, Principal } = statement as Record<string, unknown>;
    const services = [(Principal as { Service?: unknown } | undefined)?.Service ?? []].flat();
    return (
      Effect === 'Allow' && [Action].flat().includes('sts:AssumeRole') && services.includes('lambda.amazonaws.com')
    );
  });
  if (!trusts) throw new Error(`${role.logicalId}: its AssumeRolePolicyDocument does not let Lambda assume it`);
};

const newCredentials = (logicalId: string): Credentials => ({
  // Letters and digits only, as in IAM: emulators of DynamoDB refuse other characters.
  accessKeyId: `ASIA${logicalId.replace(/[^A-Za-z0-9]/g, '')}`,
  secretAccessKey: randomBytes(30).toString('base64url'),
  sessionToken: randomBytes(30).toString('base64url'),
});

/** All functions but those of the edge, whose code is inline. They call no service, and the edge itself runs them. */
export const regionalFunctions = (template: ResolvedTemplate): Resource[] =>
  ofType(template, 'AWS::Lambda::Function').filter(({ properties }) => !hasInlineCode(properties.Code));

const hasInlineCode = (code: unknown): boolean => typeof code === 'object' && code !== null && 'ZipFile' in code;

export const ofType = (template: ResolvedTemplate, ...types: string[]): Resource[] =>
  template.resources.filter(({ type }) => types.includes(type));
