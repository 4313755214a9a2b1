import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Client } from '../../../core/clients/client.ts';
import type { ClientStore } from '../../ports/index.ts';
import { recordOf } from './attributes.ts';
import { clientShape } from './shapes.ts';
import { Table } from './table.ts';

/** Stores clients in DynamoDB, one row per `clientId`. */
export class DynamoDbClientStore implements ClientStore {
  readonly #table: Table<Client>;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#table = new Table(client, tableName, 'clientId', clientShape);
  }

  async findClient(clientId: string, now: number): Promise<Client | undefined> {
    const row = await this.#table.read(clientId);
    if (row === undefined) return undefined;
    // TTL deletes rows days late, so the time decides and not the presence of the row.
    if (row.expiresAt !== undefined && row.expiresAt <= now && !row.blocked) return undefined;
    return recordOf<Client>(row);
  }

  async putClient(client: Client): Promise<void> {
    const { clientId, expiresAt, ...metadata } = client;
    await this.#table.ensure(clientId, {
      set: { expiresAt },
      setIfAbsent: metadata,
      ...laterExpiry(expiresAt, 'attribute_not_exists(#clientId) OR '),
    });
  }

  async putDocumentClient(client: Client, now: number): Promise<void> {
    const { clientId, ...metadata } = client;
    const { issuedAt } = metadata;
    await this.#table.ensure(clientId, {
      set: { ...CHANGEABLE, ...metadata },
      condition: `attribute_not_exists(#blocked) AND (${REPLACEABLE})`,
      values: { issuedAt, now },
    });
  }

  async updateClient(client: Client): Promise<'updated' | 'gone'> {
    const { clientId, expiresAt: _expiresAt, ...metadata } = client;
    const outcome = await this.#table.transition(clientId, {
      set: { ...CHANGEABLE, ...metadata },
      condition: 'attribute_exists(#clientId) AND attribute_not_exists(#blocked)',
    });
    return 'applied' in outcome ? 'updated' : 'gone';
  }

  async extendClient(clientId: string, expiresAt: number): Promise<void> {
    await this.#table.ensure(clientId, { set: { expiresAt }, ...laterExpiry(expiresAt) });
  }

  async deleteClient(clientId: string): Promise<void> {
    await this.#table.delete(clientId);
  }
}

/** Members that an update removes unless it sets them. */
const CHANGEABLE = {
  clientName: undefined,
  applicationType: undefined,
  clientSecretHash: undefined,
  jwks: undefined,
  jwksUri: undefined,
  tokenEndpointAuthSigningAlg: undefined,
} satisfies Partial<Record<keyof Client, undefined>>;

/** There is no row, it has expired, or its document was fetched no later. */
const REPLACEABLE = 'attribute_not_exists(#clientId) OR #expiresAt <= :now OR #issuedAt <= :issuedAt';

/** The condition that the stored expiry is earlier than this one. A row without an expiry never expires. */
const laterExpiry = (expiresAt: number | undefined, orElse = '') =>
  expiresAt === undefined
    ? { condition: `${orElse}attribute_exists(#expiresAt)` }
    : { condition: `${orElse}#expiresAt < :expiresAt`, values: { expiresAt } };
