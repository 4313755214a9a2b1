import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DeniedForm, Transaction } from '../../../core/authorization/transaction.ts';
import { UnavailableError } from '../../../core/oauth-error.ts';
import type { TransactionStore } from '../../ports/index.ts';
import { type RowMarks, recordOf } from './attributes.ts';
import { transactionShape } from './shapes.ts';
import { Table } from './table.ts';

/** Stores approved logins and denied forms in DynamoDB, one row per `transactionId`. */
export class DynamoDbTransactionStore implements TransactionStore {
  readonly #table: Table<Transaction | DeniedForm>;

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
    return 'applied' in outcome ? loginIn(outcome.applied) : 'used';
  }

  async deny(transactionId: string, expiresAt: number): Promise<'denied' | 'used'> {
    const outcome = await this.#table.transition(transactionId, {
      set: { status: 'denied', expiresAt },
      condition: 'attribute_not_exists(#transactionId) OR #status = :denied',
      values: { denied: 'denied' },
    });
    return 'applied' in outcome ? 'denied' : 'used';
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
    if ('applied' in outcome) return loginIn(outcome.applied);
    const { refused } = outcome;
    const isExpected =
      refused !== undefined &&
      refused.status !== 'denied' &&
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
    if ('applied' in outcome) return loginIn(outcome.applied);
    throw new UnavailableError(
      'transaction',
      new Error('released by another request, although only the one that took it may'),
    );
  }
}

/** The login in a row that was just approved, taken or released, and so is no denied form. */
const loginIn = (row: (Transaction | DeniedForm) & RowMarks): Transaction =>
  recordOf<Transaction>(row as Transaction & RowMarks);
