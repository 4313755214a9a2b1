import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Transaction } from '../../../core/authorization/transaction.ts';
import { UnavailableError } from '../../../core/oauth-error.ts';
import type { TransactionStore } from '../../ports/index.ts';
import { recordOf } from './attributes.ts';
import { transactionShape } from './shapes.ts';
import { Table } from './table.ts';

/** Stores approved logins in DynamoDB, one row per `transactionId`. */
export class DynamoDbTransactionStore implements TransactionStore {
  readonly #table: Table<Transaction>;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#table = new Table(client, tableName, 'transactionId', transactionShape);
  }

  async approve(transaction: Transaction): Promise<Transaction | 'used'> {
    const { transactionId, leg, expiresAt, ...approved } = transaction;
    const outcome = await this.#table.transition(transactionId, {
      set: { remember: undefined, rememberedSubject: undefined, ...approved, status: 'approved' },
      // The same seal approved again keeps its current leg and its expiry.
      setIfAbsent: { leg, expiresAt },
      condition: 'attribute_not_exists(#transactionId) OR #status = :approved',
      values: { approved: 'approved' },
    });
    return 'applied' in outcome ? recordOf<Transaction>(outcome.applied) : 'used';
  }

  async takeForExchange(
    transactionId: string,
    expected: { identityProviderId: string; leg: number; now: number },
  ): Promise<Transaction | 'gone' | 'used'> {
    const outcome = await this.#table.transition(transactionId, {
      set: { status: 'exchanging' },
      condition:
        '#status = :approved AND #leg = :leg AND #identityProviderId = :identityProviderId AND #expiresAt > :now',
      values: { ...expected, approved: 'approved' },
    });
    if ('applied' in outcome) return recordOf<Transaction>(outcome.applied);
    const { refused } = outcome;
    const isExpected =
      refused !== undefined &&
      refused.leg === expected.leg &&
      refused.identityProviderId === expected.identityProviderId &&
      refused.expiresAt > expected.now;
    return isExpected ? 'used' : 'gone';
  }

  async releaseForRetry(transactionId: string, leg: number): Promise<Transaction> {
    const outcome = await this.#table.transition(transactionId, {
      set: { status: 'approved', leg: leg + 1 },
      condition: '#status = :exchanging AND #leg = :leg',
      values: { exchanging: 'exchanging', leg },
    });
    if ('applied' in outcome) return recordOf<Transaction>(outcome.applied);
    throw new UnavailableError(
      'transaction',
      new Error('released by another request, although only the one that took it may'),
    );
  }
}
