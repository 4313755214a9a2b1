import { RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Configuration, IdentityProviderConfiguration } from '../config/schema.ts';
import type { EndpointFunction } from '../functions/endpoint-function.ts';

/** Whether tokens of a provider are kept: to ask it again, or to hand them to a backend. */
export const keepsTokens = (provider: IdentityProviderConfiguration | undefined): boolean =>
  provider !== undefined && (provider.recheck || provider.keepTokens);

/** Whether a server's own resource client can get tokens of a provider (RFC 8693). */
export const hasTokenExchange = ({ identityProviders }: Configuration): boolean =>
  Object.values(identityProviders).some(({ keepTokens }) => keepTokens);

/** Everything but using it: what that takes stands in the statement below, and in the roles of two functions. */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:Describe*',
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:Get*',
  'kms:List*',
  'kms:PutKeyPolicy',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateKeyDescription',
];

/** A data key is for one grant, and says so. */
const FOR_ONE_GRANT = {
  'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': 'grantId' },
  'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': 'grantId' },
};

/**
 * The key under which the data keys of providers' tokens are encrypted. Without it nothing opens them, so that a copy
 * of the table holds none; it outlives the stack, as the table does.
 */
export class UpstreamTokensKey extends Construct {
  readonly #key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const root = new AccountRootPrincipal();
    const allow = (actions: string[], conditions: Record<string, unknown> = {}) =>
      new PolicyStatement({ effect: Effect.ALLOW, principals: [root], actions, resources: ['*'], conditions });
    this.#key = new Key(this, 'Key', {
      description: "Gatehouse: encrypts the data keys of identity providers' tokens",
      enableKeyRotation: true,
      // Only a first deployment that failed takes it away again.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      // For the account, which leaves it to its roles: of ours, one may seal and one may open.
      policy: new PolicyDocument({
        statements: [allow(ADMINISTRATION), allow(['kms:GenerateDataKey', 'kms:Decrypt'], FOR_ONE_GRANT)],
      }),
    });
  }

  get keyArn(): string {
    return this.#key.keyArn;
  }

  grantEncrypt(endpoint: EndpointFunction): void {
    endpoint.allow(['kms:GenerateDataKey'], this.keyArn, FOR_ONE_GRANT);
  }

  grantDecrypt(endpoint: EndpointFunction): void {
    endpoint.allow(['kms:Decrypt'], this.keyArn, FOR_ONE_GRANT);
  }
}

/** What would keep tokens for nobody, or never ask. */
export const checkUpstreamTokens = ({ identityProviders, servers, lifetimes }: Configuration): string[] => {
  const hasResourceClient = Object.values(servers).some(({ resourceClient }) => resourceClient);
  const { recheckSeconds, recheckOutageSeconds } = lifetimes;
  return [
    ...Object.entries(identityProviders)
      .filter(([, { keepTokens }]) => keepTokens && !hasResourceClient)
      .map(
        ([id]) =>
          `identityProviders.${id}.keepTokens: expected a server with "resourceClient": true, which alone can ask for the tokens, got none`,
      ),
    ...(recheckOutageSeconds < recheckSeconds
      ? [
          `lifetimes.recheckOutageSeconds: expected at least recheckSeconds (${recheckSeconds}), got ${recheckOutageSeconds}`,
        ]
      : []),
  ];
};
