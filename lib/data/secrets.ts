import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { credentialHeaders } from '../config/backends.ts';
import type { Configuration } from '../config/configuration.ts';
import { clientsWithSecret } from '../config/rules.ts';
import { STACK_ID_TAG } from '../names.ts';
import type { UserPool } from './user-pool.ts';

// A change here makes CloudFormation generate new values: logins in progress end, and every subject changes.
const GENERATED = { passwordLength: 64, excludePunctuation: true };

export interface SecretsProps {
  readonly configuration: Configuration;
  /**
   * Identity provider id → user pool that the stack creates for it.
   *
   * @default no user pools
   */
  readonly userPools?: Readonly<Record<string, UserPool>>;
}

/**
 * The generated secrets, and one secret for each identity provider. The operator stores its value, or the stack does if it
 * creates the user pool. All of them outlive the stack.
 */
export class Secrets extends Construct {
  /** Seals consent forms. The operator may rotate it, because the previous version is accepted as well. */
  readonly sealing: CfnSecret;
  /** Derives the subject of a user from the upstream subject. A new value would change every subject. */
  readonly subject: CfnSecret;
  /** Identity provider id → secret with `{"client_id": "…", "client_secret": "…"}`. */
  readonly identityProviders: Readonly<Record<string, CfnSecret>>;
  /** Client id → secret that holds the client secret as plain text. An output has the command that shows it. */
  readonly clients: Readonly<Record<string, CfnSecret>>;
  /** The initial access token of registrations, as plain text. Undefined unless the configuration demands one. */
  readonly registration: CfnSecret | undefined;

  /** Path of an MCP server → secret with a JSON object, header → value. The operator stores it. */
  readonly servers: Readonly<Record<string, CfnSecret>>;

  readonly #kmsKeyArn: string | undefined;

  constructor(scope: Construct, id: string, { configuration, userPools = {} }: SecretsProps) {
    super(scope, id);
    this.#kmsKeyArn = configuration.kmsKeyArn;
    this.sealing = this.#secret('Sealing', 'Gatehouse: seals consent forms', GENERATED);
    acknowledge(this.sealing, { SMG4: 'It seals forms that live ten minutes; the operator may rotate it at any time' });
    this.subject = this.#secret('Subject', 'Gatehouse: derives the subject of every token; never change it', GENERATED);
    acknowledge(this.subject, { SMG4: 'A new value would change the subject of every user, so it must never change' });
    this.identityProviders = Object.fromEntries(
      Object.keys(configuration.identityProviders).map((provider) => [
        provider,
        this.#providerSecret(provider, userPools[provider]?.credentials),
      ]),
    );
    this.clients = Object.fromEntries(
      clientsWithSecret(configuration).map((clientId) => [clientId, this.#clientSecret(clientId)]),
    );
    this.servers = Object.fromEntries(
      Object.entries(configuration.servers)
        .filter(([, server]) => credentialHeaders(server).length > 0)
        .map(([path]) => [path, this.#serverSecret(path)]),
    );
    this.registration = configuration.registration.dynamic === 'token' ? this.#registrationToken() : undefined;
  }

  get all(): readonly CfnSecret[] {
    return [
      this.sealing,
      this.subject,
      ...Object.values(this.identityProviders),
      ...Object.values(this.clients),
      ...Object.values(this.servers),
      ...(this.registration === undefined ? [] : [this.registration]),
    ];
  }

  /** Has no value until the operator stores one. Reading it then fails with ResourceNotFoundException. */
  #providerSecret(provider: string, credentials: string | undefined): CfnSecret {
    const secret = this.#secret(`Provider-${provider}`, `Gatehouse: client_id and client_secret at "${provider}"`);
    if (credentials !== undefined) secret.secretString = credentials;
    acknowledge(secret, { SMG4: 'Only the identity provider can issue a new secret; the operator stores it here' });
    return secret;
  }

  #clientSecret(clientId: string): CfnSecret {
    const secret = this.#secret(`Client-${clientId}`, `Gatehouse: secret of the client "${clientId}"`, GENERATED);
    acknowledge(secret, { SMG4: 'The client must learn a new secret first; the previous one is accepted until then' });
    return secret;
  }

  /** Has no value until the operator stores one, like that of an identity provider. */
  #serverSecret(path: string): CfnSecret {
    const secret = this.#secret(`Server${path.replaceAll('/', '-')}`, `Gatehouse: headers for the MCP server ${path}`);
    acknowledge(secret, { SMG4: 'Only the MCP server can issue new credentials; the operator stores them here' });
    return secret;
  }

  #registrationToken(): CfnSecret {
    const secret = this.#secret('Registration', 'Gatehouse: initial access token of registrations', GENERATED);
    acknowledge(secret, { SMG4: 'Clients must learn a new token first; the previous one is accepted until then' });
    return secret;
  }

  #secret(id: string, description: string, generateSecretString?: CfnSecret.GenerateSecretStringProperty): CfnSecret {
    const secret = new CfnSecret(this, id, {
      description,
      ...(generateSecretString ? { generateSecretString } : {}),
      ...(this.#kmsKeyArn === undefined ? {} : { kmsKeyId: this.#kmsKeyArn }),
      // Also finds the secrets of providers that have left the configuration.
      tags: [{ key: STACK_ID_TAG, value: Stack.of(this).stackId }],
    });
    // Only the rollback of a failed first deployment deletes it.
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return secret;
  }
}
