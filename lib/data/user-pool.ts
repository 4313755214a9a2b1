import { createHash } from 'node:crypto';
import { Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  CfnUserPoolClient,
  CfnUserPoolDomain,
  UserPool as CognitoUserPool,
  FeaturePlan,
  Mfa,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

export interface UserPoolProps {
  /** Id of the identity provider that the pool is. */
  readonly providerId: string;
  /** Where people are sent back to. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** Its pages, with an account choice, instead of the classic ones. */
const MANAGED_LOGIN = 2;

/**
 * A user pool of the stack's own, for whoever has no identity provider. Nobody can sign up: the operator adds people. It
 * outlives the stack, since its people are in it.
 */
export class UserPool extends Construct {
  readonly userPoolId: string;
  /** As its ID tokens have it; known at deployment. */
  readonly issuer: string;
  /** Value of the provider's secret: `{"client_id": "…", "client_secret": "…"}`, known at deployment. */
  readonly credentials: string;

  constructor(scope: Construct, id: string, { providerId, redirectUri, scopes }: UserPoolProps) {
    super(scope, id);
    const pool = this.#pool();
    this.userPoolId = pool.userPoolId;
    this.issuer = pool.userPoolProviderUrl;
    const client = new CfnUserPoolClient(this, 'Client', {
      userPoolId: pool.userPoolId,
      clientName: 'Gatehouse',
      generateSecret: true,
      allowedOAuthFlowsUserPoolClient: true,
      allowedOAuthFlows: ['code'],
      allowedOAuthScopes: [...scopes],
      callbackUrLs: [redirectUri],
      supportedIdentityProviders: ['COGNITO'],
      explicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      preventUserExistenceErrors: 'ENABLED',
      enableTokenRevocation: true,
    });
    // Both are letters and digits, so that nothing needs escaping.
    this.credentials = `{"client_id":"${client.ref}","client_secret":"${client.attrClientSecret}"}`;
    const domain = new CfnUserPoolDomain(this, 'Domain', {
      userPoolId: pool.userPoolId,
      domain: domainPrefix(this, providerId),
      managedLoginVersion: MANAGED_LOGIN,
    });
    // Managed login shows no page at all to a client that has no style.
    const branding = new CfnManagedLoginBranding(this, 'Branding', {
      userPoolId: pool.userPoolId,
      clientId: client.ref,
      useCognitoProvidedValues: true,
    });
    branding.node.addDependency(domain);
  }

  #pool(): CognitoUserPool {
    const pool = new CognitoUserPool(this, 'Pool', {
      featurePlan: FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      // A changed address counts once it has been verified; until then the former one does.
      keepOriginal: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(7),
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(pool, {
      COG2: 'People may add an authenticator app; whether they must is for the operator, who knows them, to set',
      COG8: 'Threat protection is priced per person and month; the operator may raise the plan of the pool',
    });
    return pool;
  }
}

/**
 * Unique in the region by the stack's own id. Nothing but hexadecimal digits varies: Cognito refuses prefixes that contain
 * words such as `aws` and `cognito`, as an id of the configuration may.
 */
const domainPrefix = (scope: Construct, providerId: string): string => {
  const provider = createHash('sha256').update(providerId).digest('hex').slice(0, 8);
  const [uuid, lastPart] = [2, 4];
  const stack = Fn.select(lastPart, Fn.split('-', Fn.select(uuid, Fn.split('/', Stack.of(scope).stackId))));
  return `gatehouse-${provider}-${stack}`;
};
