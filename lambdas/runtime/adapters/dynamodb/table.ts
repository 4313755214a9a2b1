import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type * as z from 'zod/mini';
import { newId } from '../../../core/crypto.ts';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { type Attribute, fromRow, type RowMarks, SCHEMA_VERSION, toAttribute, toAttributes } from './attributes.ts';

/** One conditional write of one item. Names and values of the expressions are filled in from `set` and `values`. */
export interface Transition {
  /** Attributes that are set, by name. Members that are undefined are removed. */
  readonly set: object;
  /** Attributes that are set only where they are absent. */
  readonly setIfAbsent?: Readonly<Record<string, unknown>>;
  /** The condition under which the write happens, in named parts: `#name` is the attribute, `:name` a value of `values`. */
  readonly condition: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

export type Outcome<T> =
  /** Our write is what the row shows. */
  | { readonly applied: T }
  /** The condition did not hold; the row as it is now, or undefined when there is none. */
  | { readonly refused: T | undefined };

/**
 * One table whose rows are `T`s under a single string key: consistent reads, and conditional writes whose outcome
 * is always known.
 */
export class Table<T extends object> {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #keyName: string & keyof T;
  readonly #shape: z.ZodMiniType<T> | undefined;

  /** @param shape what a row must hold; without one only its version is looked at */
  constructor(client: DynamoDBClient, tableName: string, keyName: string & keyof T, shape?: z.ZodMiniType<T>) {
    this.#client = client;
    this.#tableName = tableName;
    this.#keyName = keyName;
    this.#shape = shape;
  }

  /** The row, strongly consistent; undefined when there is none. @throws UnavailableError */
  async read(key: string): Promise<(T & RowMarks) | undefined> {
    const command = new GetItemCommand({ TableName: this.#tableName, Key: this.#keyOf(key), ConsistentRead: true });
    const { Item } = await this.#asking(() => this.#client.send(command));
    return Item && this.#recordIn(Item);
  }

  /** Whether there was a row. @throws UnavailableError */
  async delete(key: string): Promise<boolean> {
    const command = new DeleteItemCommand({
      TableName: this.#tableName,
      Key: this.#keyOf(key),
      ReturnValues: 'ALL_OLD',
    });
    const { Attributes } = await this.#asking(() => this.#client.send(command));
    return Attributes !== undefined;
  }

  /**
   * Stores a new row, once. After any error the row is read again, as in `transition`.
   * @throws UnavailableError; Error when a row of that key exists
   */
  async insert(record: T): Promise<void> {
    const operationId = newId();
    try {
      await this.#client.send(this.#putCommand(record, operationId));
    } catch (error) {
      const stored = await this.read(String(record[this.#keyName]));
      if (stored?.operationId === operationId) return;
      if (error instanceof ConditionalCheckFailedException)
        throw new Error(`a row of this ${this.#keyName} exists already`);
      throw new UnavailableError('DynamoDB', error);
    }
  }

  /**
   * Takes a key for as long as its row lives: true for exactly one caller, until the row's `expiresAt` has passed `now`
   * (both epoch seconds). After any error the row is read again, as in `transition`.
   * @throws UnavailableError when nobody holds the key and the write did not happen
   */
  async claim(record: T & { readonly expiresAt: number }, now: number): Promise<boolean> {
    const operationId = newId();
    try {
      await this.#client.send(this.#putCommand(record, operationId, now));
      return true;
    } catch (error) {
      const holder: (RowMarks & { expiresAt?: number }) | undefined = await this.read(String(record[this.#keyName]));
      if (holder?.operationId === operationId) return true;
      if (error instanceof ConditionalCheckFailedException || (holder?.expiresAt ?? 0) >= now) return false;
      throw new UnavailableError('DynamoDB', error);
    }
  }

  /**
   * A write that may happen twice: when its condition fails nothing was left to do. One call, no reading.
   * @throws UnavailableError
   */
  async ensure(key: string, transition: Transition): Promise<void> {
    try {
      await this.#client.send(this.#updateCommand(key, transition, newId()));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw new UnavailableError('DynamoDB', error);
    }
  }

  /**
   * Writes once, under a random operation id. When the condition fails or the answer does not come, the row is read
   * again: our own id there means that the write was ours, so that a retry of our own never looks like somebody's.
   * @throws UnavailableError when the write did not happen and no condition is to blame
   */
  async transition(key: string, transition: Transition): Promise<Outcome<T & RowMarks>> {
    const operationId = newId();
    try {
      const { Attributes } = await this.#client.send(
        this.#updateCommand(key, { ...transition, condition: this.#ofThisVersion(transition.condition) }, operationId),
      );
      return { applied: this.#recordIn(Attributes ?? {}) };
    } catch (error) {
      const row = await this.read(key);
      if (row?.operationId === operationId) return { applied: row };
      if (error instanceof ConditionalCheckFailedException) return { refused: row };
      throw new UnavailableError('DynamoDB', error);
    }
  }

  /** A new row; with `now`, also in place of one that had expired by then. */
  #putCommand(record: T, operationId: string, now?: number): PutItemCommand {
    const row = toAttributes({ ...record, operationId, schemaVersion: SCHEMA_VERSION });
    const orExpired = now === undefined ? '' : ' OR #expiresAt < :now';
    return new PutItemCommand({
      TableName: this.#tableName,
      Item: row as NonNullable<PutItemCommand['input']['Item']>,
      ConditionExpression: `attribute_not_exists(#key)${orExpired}`,
      ExpressionAttributeNames: { '#key': this.#keyName, ...(now === undefined ? {} : { '#expiresAt': 'expiresAt' }) },
      ...(now === undefined ? {} : { ExpressionAttributeValues: { ':now': { N: String(now) } } }),
    });
  }

  #updateCommand(key: string, transition: Transition, operationId: string): UpdateItemCommand {
    const set = { ...transition.set, operationId };
    // A row that a newer version wrote stays one.
    const setIfAbsent = { ...transition.setIfAbsent, schemaVersion: SCHEMA_VERSION };
    const assignments: string[] = [];
    const removals: string[] = [];
    const values: { [name: string]: Attribute } = {};
    for (const [name, value] of Object.entries(transition.values ?? {})) values[`:${name}`] = toAttribute(value);
    for (const [name, value] of Object.entries(set)) {
      if (value === undefined) {
        removals.push(`#${name}`);
        continue;
      }
      assignments.push(`#${name} = :set_${name}`);
      values[`:set_${name}`] = toAttribute(value);
    }
    for (const [name, value] of Object.entries(setIfAbsent)) {
      if (value === undefined) continue;
      assignments.push(`#${name} = if_not_exists(#${name}, :set_${name})`);
      values[`:set_${name}`] = toAttribute(value);
    }
    const update = `SET ${assignments.join(', ')}${removals.length > 0 ? ` REMOVE ${removals.join(', ')}` : ''}`;
    return new UpdateItemCommand({
      TableName: this.#tableName,
      Key: this.#keyOf(key),
      UpdateExpression: update,
      ConditionExpression: transition.condition,
      ExpressionAttributeNames: attributeNames(`${update} ${transition.condition}`),
      ExpressionAttributeValues: values as NonNullable<UpdateItemCommand['input']['ExpressionAttributeValues']>,
      ReturnValues: 'ALL_NEW',
    });
  }

  /**
   * A row that this version cannot read fails the request that met it, and says nothing about what was presented: the
   * next version may know it (catalogue #228, #231). @throws UnavailableError
   */
  #recordIn(row: object): T & RowMarks {
    try {
      const record = fromRow<T>(row);
      const problem = this.#shape?.safeParse(record).error?.issues[0];
      if (problem) throw new Error(`row has another shape than this version writes, at ${problem.path.join('.')}`);
      return record;
    } catch (error) {
      throw new UnavailableError('DynamoDB', error);
    }
  }

  /** Nothing happens to a row that this version would misunderstand (catalogue #228). */
  #ofThisVersion(condition: string): string {
    return `(${condition}) AND (attribute_not_exists(#${this.#keyName}) OR #schemaVersion = :set_schemaVersion)`;
  }

  #keyOf(key: string): { [name: string]: { S: string } } {
    return { [this.#keyName]: { S: key } };
  }

  /** Every fault of the service, whatever its name, is ours and not the caller's; so is a row that we cannot read. */
  async #asking<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await call();
    } catch (error) {
      throw new UnavailableError('DynamoDB', error);
    }
  }
}

/** Every `#name` of the expressions, so that no attribute name can collide with a reserved word. */
const attributeNames = (expressions: string): { [placeholder: string]: string } =>
  Object.fromEntries([...expressions.matchAll(/#(\w+)/g)].map(([placeholder, name]) => [placeholder, name ?? '']));
