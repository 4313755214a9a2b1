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
  /** Id of the identity provider in the configuration. */
  readonly providerId: string;
  /** Where the pool sends users after a login. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** The managed login pages, instead of the classic hosted UI. */
const MANAGED_LOGIN = 2;

/**
 * A user pool for operators without an identity provider. Users cannot sign up; the operator adds them. The pool outlives
 * the stack, because it holds the users.
 */
export class UserPool extends Construct {
  readonly userPoolId: string;
  /** The `iss` of its ID tokens; known at deployment. */
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
    // Both values are letters and digits, so nothing needs escaping.
    this.credentials = `{"client_id":"${client.ref}","client_secret":"${client.attrClientSecret}"}`;
    const domain = new CfnUserPoolDomain(this, 'Domain', {
      userPoolId: pool.userPoolId,
      domain: domainPrefix(this, providerId),
      managedLoginVersion: MANAGED_LOGIN,
    });
    // Managed login shows no page to a client without a style.
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
      // A new address is used only once it is verified. Until then the previous one remains.
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
      COG2: 'Users may add an authenticator app; the operator decides whether they must',
      COG8: 'Threat protection is priced per user and month; the operator may choose that plan',
    });
    return pool;
  }
}

/**
 * A domain prefix that is unique in the region because it contains a part of the stack's id. It contains only hexadecimal
 * digits of the provider's id: Cognito refuses prefixes with words such as `aws` and `cognito`, which an id may contain.
 */
const domainPrefix = (scope: Construct, providerId: string): string => {
  const provider = createHash('sha256').update(providerId).digest('hex').slice(0, 8);
  const [uuid, lastPart] = [2, 4];
  const stack = Fn.select(lastPart, Fn.split('-', Fn.select(uuid, Fn.split('/', Stack.of(scope).stackId))));
  return `gatehouse-${provider}-${stack}`;
};
