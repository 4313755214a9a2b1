import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KeyRing, PublicJwk } from '../../../core/tokens/key-ring.ts';
import type { Clock, KeyRingStore, KeyRingWriter } from '../../ports/index.ts';
import { systemClock } from '../clock.ts';
import { recordOf } from './attributes.ts';
import { KeyRingCache } from './key-ring-cache.ts';
import { KEY_RING_ID, type KeyRingRow } from './key-ring-row.ts';
import { keyRingShape } from './shapes.ts';
import { Table } from './table.ts';

/** Stores the key ring in one row of DynamoDB, cached for at most a minute. */
export class DynamoDbKeyRingStore implements KeyRingStore, KeyRingWriter {
  readonly #table: Table<KeyRingRow>;
  readonly #cache: KeyRingCache;

  constructor(client: DynamoDBClient, tableName: string, now: Clock = systemClock) {
    this.#table = new Table(client, tableName, 'id', keyRingShape);
    this.#cache = new KeyRingCache(() => this.#load(), now);
  }

  async readKeyRing(): Promise<KeyRing | undefined> {
    return this.#cache.read();
  }

  async readLatestKeyRing(): Promise<KeyRing | undefined> {
    return this.#cache.readLatest();
  }

  async findKey(kid: string): Promise<PublicJwk | undefined> {
    return this.#cache.findKey(kid);
  }

  async replaceKeyRing(ring: KeyRing, formerVersion: number | undefined): Promise<'replaced' | 'lost'> {
    const outcome = await this.#table.transition(KEY_RING_ID, {
      set: ring,
      ...(formerVersion === undefined
        ? { condition: 'attribute_not_exists(#id)' }
        : { condition: '#version = :formerVersion', values: { formerVersion } }),
    });
    return 'applied' in outcome ? 'replaced' : 'lost';
  }

  async #load(): Promise<KeyRing | undefined> {
    const row = await this.#table.read(KEY_RING_ID);
    if (row === undefined) return undefined;
    const { id: _id, ...ring } = recordOf<KeyRingRow>(row);
    return ring;
  }
}
