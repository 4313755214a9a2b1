import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { SUBJECT_INDEX } from '../../lambdas/core/grants/grant.ts';
import { acknowledge } from '../acknowledge.ts';

/** One table for each kind of record. docs/storage-schema.md lists the attributes. */
export class Tables extends Construct {
  readonly clients = this.#table('Clients', 'clientId');
  readonly transactions = this.#table('Transactions', 'transactionId');
  readonly grants = this.#table('Grants', 'grantId');
  readonly keys = this.#table('Keys', 'id');
  readonly assertions = this.#table('Assertions', 'assertionId');
  /** Exists even if consents are no longer remembered: an erasure must find those that were. */
  readonly consents = this.#table('Consents', 'subject');
  /** Holds counts of the last minutes only, so it is deleted with the stack. */
  readonly counters: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.counters = new Table(this, 'Counters', {
      partitionKey: { name: 'counterId', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(this.counters, { DDB3: 'It holds counts of the last minutes, which need no restore' });
    this.grants.addGlobalSecondaryIndex({
      indexName: SUBJECT_INDEX,
      partitionKey: { name: 'subject', type: AttributeType.STRING },
      sortKey: { name: 'issuedAt', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }

  /** The tables that outlive the stack. */
  get kept(): readonly Table[] {
    return [this.clients, this.transactions, this.grants, this.keys, this.assertions, this.consents];
  }

  #table(id: string, partitionKey: string): Table {
    return new Table(this, id, {
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      // Without its tables a deployment loses every login, so they survive `cdk destroy` and every replacement.
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
