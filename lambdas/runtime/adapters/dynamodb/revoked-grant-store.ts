import { setTimeout } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { REVOKED_GRANTS_ID, withRevokedGrants } from '../../../core/tokens/revoked-grants.ts';
import type { RevokedGrantStore } from '../../ports/index.ts';
import type { RevokedGrantsRow } from './key-ring-row.ts';
import { revokedGrantsShape } from './shapes.ts';
import { Table } from './table.ts';

/** Attempts at a change that other revocations may overtake. In each round of writers, one succeeds. */
const ATTEMPTS = 20;

/** Writers that collided wait for random times, so that they do not collide again. */
const MAX_WAIT_MS = 50;

/** Stores the list of revoked grants in one row of the keys table, beside the key ring. */
export class DynamoDbRevokedGrantStore implements RevokedGrantStore {
  readonly #table: Table<RevokedGrantsRow>;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#table = new Table(client, tableName, 'id', revokedGrantsShape);
  }

  /**
   * ```
   * row      version n ──► version n + 1
   * others            └─ a request that also read n finds n + 1, and starts again from there
   * ```
   */
  async addRevokedGrants(grantIds: readonly string[], until: number, now: number): Promise<void> {
    let row = await this.#table.read(REVOKED_GRANTS_ID);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const list = withRevokedGrants(row, grantIds, until, now);
      if (list === undefined || list === row) return;
      const { version, grants, incompleteUntil, expiresAt } = list;
      const outcome = await this.#table.transition(REVOKED_GRANTS_ID, {
        set: { version, grants, incompleteUntil, expiresAt },
        ...(row === undefined
          ? { condition: 'attribute_not_exists(#id)' }
          : { condition: '#version = :formerVersion', values: { formerVersion: row.version } }),
      });
      if ('applied' in outcome) return;
      row = outcome.refused;
      await setTimeout(Math.random() * MAX_WAIT_MS);
    }
    throw new UnavailableError('DynamoDB', new Error('too many grants are revoked at the same time'));
  }
}
