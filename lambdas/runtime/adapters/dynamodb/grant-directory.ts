import { type DynamoDBClient, QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { type Grant, SUBJECT_INDEX } from '../../../core/grants/grant.ts';
import { UnavailableError } from '../../../core/oauth-error.ts';
import type { GrantDirectory, GrantEraser } from '../../ports/index.ts';
import { DynamoDbGrantStore } from './grant-store.ts';
import { Table } from './table.ts';

/** Rows that are read or deleted in parallel. More would exceed the connections of the SDK client. */
const ROWS_AT_ONCE = 25;

/** Finds the grants of a user: the ids in the index by subject, and each grant in the table itself. */
export class DynamoDbGrantDirectory implements GrantDirectory, GrantEraser {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #grants: DynamoDbGrantStore;
  readonly #rows: Table<Grant>;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
    this.#grants = new DynamoDbGrantStore(client, tableName);
    this.#rows = new Table(client, tableName, 'grantId');
  }

  async grantsOfSubject(subject: string, now: number): Promise<readonly Grant[]> {
    const grants = await this.#forEachOf(subject, (grantId) => this.#grants.findGrant(grantId, now));
    return grants.filter((grant) => grant !== undefined);
  }

  async deleteGrantsOfSubject(subject: string): Promise<number> {
    const wasThere = await this.#forEachOf(subject, (grantId) => this.#rows.delete(grantId));
    return wasThere.filter(Boolean).length;
  }

  async #forEachOf<Result>(subject: string, visit: (grantId: string) => Promise<Result>): Promise<Result[]> {
    const grantIds = await this.#grantIdsOf(subject);
    const results: Result[] = [];
    for (let start = 0; start < grantIds.length; start += ROWS_AT_ONCE) {
      results.push(...(await Promise.all(grantIds.slice(start, start + ROWS_AT_ONCE).map(visit))));
    }
    return results;
  }

  async #grantIdsOf(subject: string): Promise<readonly string[]> {
    const grantIds: string[] = [];
    let page: QueryCommandOutput | undefined;
    do {
      page = await this.#pageAfter(subject, page?.LastEvaluatedKey);
      for (const { grantId } of page.Items ?? []) if (grantId?.S !== undefined) grantIds.push(grantId.S);
    } while (page.LastEvaluatedKey !== undefined);
    return grantIds;
  }

  async #pageAfter(subject: string, lastKey: QueryCommandOutput['LastEvaluatedKey']): Promise<QueryCommandOutput> {
    const query = new QueryCommand({
      TableName: this.#tableName,
      IndexName: SUBJECT_INDEX,
      KeyConditionExpression: '#subject = :subject',
      ExpressionAttributeNames: { '#subject': 'subject' },
      ExpressionAttributeValues: { ':subject': { S: subject } },
      ScanIndexForward: false,
      ...(lastKey ? { ExclusiveStartKey: lastKey } : {}),
    });
    try {
      return await this.#client.send(query);
    } catch (error) {
      throw new UnavailableError('DynamoDB', error);
    }
  }
}
