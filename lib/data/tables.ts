import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { SUBJECT_INDEX } from '../../lambdas/core/grants/grant.ts';
import { acknowledge } from '../acknowledge.ts';

export interface TablesProps {
  /**
   * Encrypts all tables.
   *
   * @default a key of AWS
   */
  readonly kmsKeyArn?: string | undefined;
}

/** One table for each kind of record. docs/storage-schema.md lists the attributes. */
export class Tables extends Construct {
  readonly clients: Table;
  readonly transactions: Table;
  readonly grants: Table;
  readonly keys: Table;
  readonly assertions: Table;
  /** Exists even if consents are no longer remembered: an erasure must find those that were. */
  readonly consents: Table;
  /** Holds counts of the last minutes only, so it is deleted with the stack. */
  readonly counters: Table;

  constructor(scope: Construct, id: string, { kmsKeyArn }: TablesProps = {}) {
    super(scope, id);
    const encryption =
      kmsKeyArn === undefined
        ? {}
        : {
            encryption: TableEncryption.CUSTOMER_MANAGED,
            encryptionKey: Key.fromKeyArn(this, 'EncryptionKey', kmsKeyArn),
          };
    this.clients = this.#table('Clients', 'clientId', encryption);
    this.transactions = this.#table('Transactions', 'transactionId', encryption);
    this.grants = this.#table('Grants', 'grantId', encryption);
    this.keys = this.#table('Keys', 'id', encryption);
    this.assertions = this.#table('Assertions', 'assertionId', encryption);
    this.consents = this.#table('Consents', 'subject', encryption);
    this.counters = new Table(this, 'Counters', {
      ...encryption,
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

  #table(id: string, partitionKey: string, encryption: Pick<TableProps, 'encryption' | 'encryptionKey'>): Table {
    return new Table(this, id, {
      ...encryption,
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
