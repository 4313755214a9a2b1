import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Configuration } from '../config/configuration.ts';
import { clientsWithSecret } from '../config/rules.ts';
import type { UserPool } from './user-pool.ts';

// Changing this makes CloudFormation generate a new value: every login in progress ends, or every subject changes.
const GENERATED = { passwordLength: 64, excludePunctuation: true };

/**
 * Secrets of the stack's own, and one for each identity provider, which its owner fills, or the user pool that the stack
 * makes. All outlive the stack.
 */
export class Secrets extends Construct {
  /** Seals consent forms; may be rotated, since the previous version is accepted too. */
  readonly sealing: CfnSecret;
  /** Makes subjects out of upstream ones; kept for good, or everybody becomes somebody else. */
  readonly subject: CfnSecret;
  /** Identity provider id → secret with `{"client_id": "…", "client_secret": "…"}`. */
  readonly identityProviders: Readonly<Record<string, CfnSecret>>;

  /** Client id → secret with the client secret as plain text; made by the stack, shown by a printed command. */
  readonly clients: Readonly<Record<string, CfnSecret>>;

  constructor(
    scope: Construct,
    id: string,
    configuration: Configuration,
    userPools: Readonly<Record<string, UserPool>> = {},
  ) {
    super(scope, id);
    this.sealing = this.#secret('Sealing', 'Gatehouse: seals consent forms', GENERATED);
    acknowledge(this.sealing, { SMG4: 'Seals what lives ten minutes; the operator may rotate it at any time' });
    this.subject = this.#secret('Subject', 'Gatehouse: makes the subject of every token; never change it', GENERATED);
    acknowledge(this.subject, { SMG4: 'A new value would give every person a new subject: it is kept for good' });
    this.identityProviders = Object.fromEntries(
      Object.keys(configuration.identityProviders).map((provider) => [
        provider,
        this.#providerSecret(provider, userPools[provider]?.credentials),
      ]),
    );
    this.clients = Object.fromEntries(
      clientsWithSecret(configuration).map((clientId) => [clientId, this.#clientSecret(clientId)]),
    );
  }

  get all(): readonly CfnSecret[] {
    return [this.sealing, this.subject, ...Object.values(this.identityProviders), ...Object.values(this.clients)];
  }

  /** Mostly without a value: until its owner stores one, reading it says ResourceNotFoundException. */
  #providerSecret(provider: string, credentials: string | undefined): CfnSecret {
    const secret = this.#secret(`Provider-${provider}`, `Gatehouse: client_id and client_secret at "${provider}"`);
    if (credentials !== undefined) secret.secretString = credentials;
    acknowledge(secret, { SMG4: 'Only the identity provider can issue a new secret; its owner stores it here' });
    return secret;
  }

  #clientSecret(clientId: string): CfnSecret {
    const secret = this.#secret(`Client-${clientId}`, `Gatehouse: secret of the client "${clientId}"`, GENERATED);
    acknowledge(secret, { SMG4: 'The client has to learn a new secret first; its former one is accepted meanwhile' });
    return secret;
  }

  #secret(id: string, description: string, generateSecretString?: CfnSecret.GenerateSecretStringProperty): CfnSecret {
    const secret = new CfnSecret(this, id, { description, ...(generateSecretString ? { generateSecretString } : {}) });
    // Only a first deployment that failed takes it away again.
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return secret;
  }
}
