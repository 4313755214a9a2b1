import { createHash } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ClientAssertionStore } from '../../../core/clients/assertion.ts';
import type { Clock } from '../../ports/index.ts';
import { assertionShape } from './shapes.ts';
import { Table } from './table.ts';

interface UsedAssertion {
  readonly assertionId: string;
  /** Epoch seconds at which the assertion expires. */
  readonly expiresAt: number;
}

/** Stores the ids of used client assertions until they expire. Each costs one write. */
export class DynamoDbClientAssertionStore implements ClientAssertionStore {
  readonly #table: Table<UsedAssertion>;
  readonly #now: Clock;

  constructor(client: DynamoDBClient, tableName: string, now: Clock) {
    this.#table = new Table(client, tableName, 'assertionId', assertionShape);
    this.#now = now;
  }

  useOnce(clientId: string, jti: string, expiresAt: number): Promise<boolean> {
    return this.#table.claim({ assertionId: assertionId(clientId, jti), expiresAt }, this.#now());
  }
}

/** The length before each part keeps two pairs distinct that would be equal when joined. */
const assertionId = (clientId: string, jti: string): string => {
  const hash = createHash('sha256');
  for (const part of [clientId, jti]) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest('base64url');
};
