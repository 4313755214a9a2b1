import { type DynamoDBClient, QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Grant } from '../../core/grant.ts';
import { UnavailableError } from '../../core/oauth-error.ts';
import { SUBJECT_INDEX } from '../../environment.ts';
import type { GrantDirectory } from '../../ports.ts';
import { DynamoDbGrantStore } from './grant-store.ts';

/** Rows read side by side: enough to be quick, few enough for the client's connections. */
const READS_AT_ONCE = 25;

/** One person's grants: their keys from the index by subject, and each row as it is. */
export class DynamoDbGrantDirectory implements GrantDirectory {
  private readonly client: DynamoDBClient;
  private readonly tableName: string;
  private readonly grants: DynamoDbGrantStore;

  constructor(client: DynamoDBClient, tableName: string) {
    this.client = client;
    this.tableName = tableName;
    this.grants = new DynamoDbGrantStore(client, tableName);
  }

  async grantsOfSubject(subject: string, now: number): Promise<readonly Grant[]> {
    const grantIds = await this.grantIdsOf(subject);
    const found: Grant[] = [];
    for (let start = 0; start < grantIds.length; start += READS_AT_ONCE) {
      const ids = grantIds.slice(start, start + READS_AT_ONCE);
      const rows = await Promise.all(ids.map((grantId) => this.grants.findGrant(grantId, now)));
      found.push(...rows.filter((grant) => grant !== undefined));
    }
    return found;
  }

  private async grantIdsOf(subject: string): Promise<readonly string[]> {
    const grantIds: string[] = [];
    let page: QueryCommandOutput | undefined;
    do {
      page = await this.pageAfter(subject, page?.LastEvaluatedKey);
      for (const { grantId } of page.Items ?? []) if (grantId?.S !== undefined) grantIds.push(grantId.S);
    } while (page.LastEvaluatedKey !== undefined);
    return grantIds;
  }

  private async pageAfter(
    subject: string,
    lastKey: QueryCommandOutput['LastEvaluatedKey'],
  ): Promise<QueryCommandOutput> {
    const query = new QueryCommand({
      TableName: this.tableName,
      IndexName: SUBJECT_INDEX,
      KeyConditionExpression: '#subject = :subject',
      ExpressionAttributeNames: { '#subject': 'subject' },
      ExpressionAttributeValues: { ':subject': { S: subject } },
      ScanIndexForward: false,
      ...(lastKey ? { ExclusiveStartKey: lastKey } : {}),
    });
    try {
      return await this.client.send(query);
    } catch (error) {
      throw new UnavailableError('DynamoDB', error);
    }
  }
}
