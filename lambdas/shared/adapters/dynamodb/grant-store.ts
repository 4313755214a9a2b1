import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Grant, RefreshFamily } from '../../core/grant.ts';
import type { GrantStore } from '../../ports.ts';
import { recordOf } from './attributes.ts';
import { Table } from './table.ts';

/** Grants in DynamoDB, one row each under `grantId`: first the code, then the refresh family. */
export class DynamoDbGrantStore implements GrantStore {
  private readonly table: Table<Grant>;

  constructor(client: DynamoDBClient, tableName: string) {
    this.table = new Table(client, tableName, 'grantId');
  }

  async createGrant(grant: Grant): Promise<void> {
    await this.table.insert(grant);
  }

  async findGrant(grantId: string, now: number): Promise<Grant | undefined> {
    const row = await this.table.read(grantId);
    // TTL deletes days late: the time decides, not the row's presence.
    return row === undefined || row.expiresAt <= now ? undefined : recordOf<Grant>(row);
  }

  /**
   * ```
   * code      issued ──► redeemed ──► revoked
   * others            └─ whoever comes second finds the status changed: `lost`
   * ```
   */
  async redeemCode(
    grant: Grant,
    redemption: Pick<Grant, 'clientAuthMethod' | 'family' | 'expiresAt'>,
  ): Promise<'redeemed' | 'lost'> {
    const outcome = await this.table.transition(grant.grantId, {
      set: { ...redemption, status: 'redeemed' },
      condition: '#status = :issued AND #codeHash = :codeHash',
      values: { issued: 'issued', codeHash: grant.codeHash },
    });
    return 'applied' in outcome ? 'redeemed' : 'lost';
  }

  /**
   * ```
   * family    generation n ──► generation n + 1 (n is the predecessor now)
   * others                  └─ whoever loaded n as well finds n + 1, with the salt to compute it: `lost`
   * ```
   */
  async rotateRefreshToken(
    grant: Grant,
    successor: RefreshFamily,
    expiresAt: number,
  ): Promise<'rotated' | { lost: Grant | undefined }> {
    if (grant.family === undefined) throw new Error('a grant without refresh tokens has nothing to rotate');
    const { generation, generationSecretHash } = grant.family;
    const outcome = await this.table.transition(grant.grantId, {
      set: { family: successor, expiresAt },
      condition:
        '#status = :redeemed AND #family.#generation = :generation AND #family.#generationSecretHash = :generationSecretHash',
      values: { redeemed: 'redeemed', generation, generationSecretHash },
    });
    if ('applied' in outcome) return 'rotated';
    return { lost: outcome.refused && recordOf<Grant>(outcome.refused) };
  }

  async revokeGrant(grantId: string): Promise<void> {
    await this.table.ensure(grantId, {
      set: { status: 'revoked' },
      condition: 'attribute_exists(#grantId) AND #status <> :revoked',
      values: { revoked: 'revoked' },
    });
  }
}
