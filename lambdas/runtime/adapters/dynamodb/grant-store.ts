import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Grant, RefreshFamily } from '../../../core/grants/grant.ts';
import type { UpstreamIdentity } from '../../../core/upstream/identity.ts';
import type { UpstreamState } from '../../../core/upstream/session.ts';
import type { GrantStore } from '../../ports/index.ts';
import { recordOf } from './attributes.ts';
import { grantShape } from './shapes.ts';
import { Table } from './table.ts';

/** Stores grants in DynamoDB, one row per `grantId`: first the code, then the refresh family. */
export class DynamoDbGrantStore implements GrantStore {
  readonly #table: Table<Grant>;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#table = new Table(client, tableName, 'grantId', grantShape);
  }

  async createGrant(grant: Grant): Promise<void> {
    await this.#table.insert(grant);
  }

  async findGrant(grantId: string, now: number): Promise<Grant | undefined> {
    const row = await this.#table.read(grantId);
    // TTL deletes rows days late, so the time decides and not the presence of the row.
    return row === undefined || row.expiresAt <= now ? undefined : recordOf<Grant>(row);
  }

  /**
   * ```
   * code      issued ──► redeemed ──► revoked
   * others            └─ the second request finds the status changed: `lost`
   * ```
   */
  async redeemCode(
    grant: Grant,
    redemption: Pick<Grant, 'clientAuthMethod' | 'redeemedAt' | 'family' | 'expiresAt'>,
  ): Promise<'redeemed' | 'lost'> {
    const outcome = await this.#table.transition(grant.grantId, {
      set: { ...redemption, status: 'redeemed' },
      condition: '#status = :issued AND #codeHash = :codeHash',
      values: { issued: 'issued', codeHash: grant.codeHash },
    });
    return 'applied' in outcome ? 'redeemed' : 'lost';
  }

  /**
   * ```
   * family    generation n ──► generation n + 1 (n is the predecessor now)
   * others                  └─ a request that also loaded n finds n + 1, with the salt to compute it: `lost`
   * ```
   */
  async rotateRefreshToken(
    grant: Grant,
    successor: RefreshFamily,
    expiresAt: number,
  ): Promise<'rotated' | { lost: Grant | undefined }> {
    if (grant.family === undefined) throw new Error('a grant without refresh tokens has nothing to rotate');
    const { generation, generationSecretHash } = grant.family;
    const outcome = await this.#table.transition(grant.grantId, {
      set: { family: successor, expiresAt },
      condition:
        '#status = :redeemed AND #family.#generation = :generation AND #family.#generationSecretHash = :generationSecretHash',
      values: { redeemed: 'redeemed', generation, generationSecretHash },
    });
    if ('applied' in outcome) return 'rotated';
    return { lost: outcome.refused && recordOf<Grant>(outcome.refused) };
  }

  /**
   * ```
   * upstream  version n ──► version n + 1
   * others               └─ a request that also loaded n, or that follows a revocation: `lost`
   * ```
   */
  async replaceUpstream(
    grant: Grant,
    change: { readonly upstream: UpstreamState; readonly identity?: UpstreamIdentity },
  ): Promise<'replaced' | { lost: Grant | undefined }> {
    if (grant.upstream === undefined) throw new Error('a grant without upstream state has nothing to replace');
    const outcome = await this.#table.transition(grant.grantId, {
      set: change,
      condition: '#status = :redeemed AND #upstream.#version = :version',
      values: { redeemed: 'redeemed', version: grant.upstream.version },
    });
    if ('applied' in outcome) return 'replaced';
    return { lost: outcome.refused && recordOf<Grant>(outcome.refused) };
  }

  async revokeGrant(grantId: string): Promise<void> {
    await this.#table.ensure(grantId, {
      set: { status: 'revoked', upstream: undefined },
      condition: 'attribute_exists(#grantId) AND #status <> :revoked',
      values: { revoked: 'revoked' },
    });
  }
}
