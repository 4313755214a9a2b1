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

/** One conditional write of one item. The names and values of its expressions come from `set` and `values`. */
export interface Transition {
  /** Attributes to set, by name. Members that are undefined are removed from the row. */
  readonly set: object;
  /** Attributes to set only if they are absent. */
  readonly setIfAbsent?: Readonly<Record<string, unknown>>;
  /** The condition of the write. `#name` stands for an attribute, and `:name` for a member of `values`. */
  readonly condition: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

export type Outcome<T> =
  /** The row shows our write. */
  | { readonly applied: T }
  /** The condition did not hold. The current row, or undefined when there is none. */
  | { readonly refused: T | undefined };

/**
 * One table whose rows are `T`s under a single string key. Reads are strongly consistent. After an error a write reads the
 * row again and looks for its own operation id, so that its outcome is known.
 */
export class Table<T extends object> {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #keyName: string & keyof T;
  readonly #shape: z.ZodMiniType<T> | undefined;

  /** @param shape what a row must hold; if it is left out, only the version of rows is checked */
  constructor(client: DynamoDBClient, tableName: string, keyName: string & keyof T, shape?: z.ZodMiniType<T>) {
    this.#client = client;
    this.#tableName = tableName;
    this.#keyName = keyName;
    this.#shape = shape;
  }

  /**
   * Reads a row.
   *
   * @returns undefined when there is none
   * @throws UnavailableError
   */
  async read(key: string): Promise<(T & RowMarks) | undefined> {
    const command = new GetItemCommand({ TableName: this.#tableName, Key: this.#keyOf(key), ConsistentRead: true });
    const { Item } = await this.#asking(() => this.#client.send(command));
    return Item && this.#recordIn(Item);
  }

  /**
   * Deletes a row.
   *
   * @returns whether there was one
   * @throws UnavailableError
   */
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
   * Stores a new row, exactly once.
   *
   * @throws UnavailableError, or Error when a row with this key exists
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
   * Claims a key until its row expires. Exactly one of several callers gets it.
   *
   * @param now epoch seconds; a row that has expired by then does not count
   * @returns whether this call claimed the key
   * @throws UnavailableError when the key is free and the write did not happen
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
   * Makes an idempotent write by one call. When the condition fails, nothing was left to do.
   *
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
   * Writes exactly once, under a random operation id. When the condition fails or the outcome is unknown, the row is read
   * again. Our own id there means success, so that a retry by the SDK never looks like another request.
   *
   * @throws UnavailableError when the write did not happen for another reason than its condition
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

  /** Stores a new row. With `now`, it may also replace a row that has expired by then. */
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
    // Keeps the schema version of a row that a newer version wrote.
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
   * Converts a row to its record. A row that this version cannot read is a fault of ours: it never makes a token or a
   * client invalid (#228, #231).
   *
   * @throws UnavailableError
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

  /** Prevents writes to a row that this version could misread (#228). */
  #ofThisVersion(condition: string): string {
    return `(${condition}) AND (attribute_not_exists(#${this.#keyName}) OR #schemaVersion = :set_schemaVersion)`;
  }

  #keyOf(key: string): { [name: string]: { S: string } } {
    return { [this.#keyName]: { S: key } };
  }

  /** Every error of the service is a fault of ours, and not of the caller. */
  async #asking<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await call();
    } catch (error) {
      throw new UnavailableError('DynamoDB', error);
    }
  }
}

/** Maps every `#name` of the expressions to its attribute. Placeholders avoid DynamoDB's reserved words. */
const attributeNames = (expressions: string): { [placeholder: string]: string } =>
  Object.fromEntries([...expressions.matchAll(/#(\w+)/g)].map(([placeholder, name]) => [placeholder, name ?? '']));
