import { RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Configuration, IdentityProviderConfiguration } from '../config/schema.ts';
import type { EndpointFunction } from '../functions/endpoint-function.ts';

/** Whether a provider's tokens are kept, to recheck users or for token exchange. */
export const keepsTokens = (provider: IdentityProviderConfiguration | undefined): boolean =>
  provider !== undefined && (provider.recheck || provider.keepTokens);

/** Whether resource clients can exchange tokens for those of a provider (RFC 8693). */
export const hasTokenExchange = ({ identityProviders }: Configuration): boolean =>
  Object.values(identityProviders).some(({ keepTokens }) => keepTokens);

/** Administration without use. Only the statement below and the roles of two functions allow use. */
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

/** The encryption context of a data key names its grant. */
const FOR_ONE_GRANT = {
  'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': 'grantId' },
  'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': 'grantId' },
};

/**
 * Encrypts the data keys of providers' tokens, so a copy of the table reveals no token. It outlives the stack, as the
 * table does.
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
      // Only the rollback of a failed first deployment deletes it.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      // The account delegates use to roles. Of ours, one may encrypt and another may decrypt.
      policy: new PolicyDocument({
        statements: [allow(ADMINISTRATION), allow(['kms:GenerateDataKey', 'kms:Decrypt'], FOR_ONE_GRANT)],
      }),
    });
  }

  get keyArn(): string {
    return this.#key.keyArn;
  }

  /** Lets a function create data keys, each for one grant. */
  grantEncrypt(endpoint: EndpointFunction): void {
    endpoint.allow(['kms:GenerateDataKey'], this.keyArn, FOR_ONE_GRANT);
  }

  /** Lets a function decrypt data keys, each for its grant. */
  grantDecrypt(endpoint: EndpointFunction): void {
    endpoint.allow(['kms:Decrypt'], this.keyArn, FOR_ONE_GRANT);
  }
}

/** Returns settings that would keep tokens without a use, or never recheck. */
export const checkUpstreamTokens = ({ identityProviders, servers, lifetimes }: Configuration): string[] => {
  const hasResourceClient = Object.values(servers).some(({ resourceClient }) => resourceClient);
  const { recheckSeconds, recheckOutageSeconds } = lifetimes;
  return [
    ...Object.entries(identityProviders)
      .filter(([, { keepTokens }]) => keepTokens && !hasResourceClient)
      .map(
        ([id]) =>
          `identityProviders.${id}.keepTokens: expected a server with "resourceClient": true, because only its client can get the tokens, got none`,
      ),
    ...(recheckOutageSeconds < recheckSeconds
      ? [
          `lifetimes.recheckOutageSeconds: expected at least recheckSeconds (${recheckSeconds}), got ${recheckOutageSeconds}`,
        ]
      : []),
  ];
};
