import type { Grant, RefreshFamily } from '../../../lambdas/core/grants/grant.ts';
import type { UpstreamIdentity } from '../../../lambdas/core/upstream/identity.ts';
import type { UpstreamState } from '../../../lambdas/core/upstream/session.ts';
import type { GrantDirectory, GrantEraser, GrantStore } from '../../../lambdas/runtime/ports/index.ts';
import { isLive, MemoryStore } from './memory-store.ts';

export class MemoryGrantStore extends MemoryStore implements GrantStore, GrantDirectory, GrantEraser {
  readonly rows = new Map<string, Grant>();

  async createGrant(grant: Grant): Promise<void> {
    await this.write();
    if (this.rows.has(grant.grantId))
      throw new Error(`grant ${grant.grantId} exists: grant ids are random and never reused`);
    this.rows.set(grant.grantId, grant);
  }

  async findGrant(grantId: string, now: number): Promise<Grant | undefined> {
    await this.read();
    const grant = this.rows.get(grantId);
    return grant && isLive(grant, now) ? grant : undefined;
  }

  async redeemCode(
    grant: Grant,
    redemption: Pick<Grant, 'clientAuthMethod' | 'redeemedAt' | 'family' | 'expiresAt'>,
  ): Promise<'redeemed' | 'lost'> {
    await this.write();
    const present = this.rows.get(grant.grantId);
    if (present?.status !== 'issued') return 'lost';
    this.rows.set(grant.grantId, { ...present, ...redemption, status: 'redeemed' });
    return 'redeemed';
  }

  async rotateRefreshToken(
    grant: Grant,
    successor: RefreshFamily,
    expiresAt: number,
  ): Promise<'rotated' | { lost: Grant | undefined }> {
    await this.write();
    const present = this.rows.get(grant.grantId);
    const isStillThere =
      present?.status === 'redeemed' &&
      present.family?.generation === grant.family?.generation &&
      present.family?.generationSecretHash === grant.family?.generationSecretHash;
    if (!present || !isStillThere) return { lost: present };
    this.rows.set(grant.grantId, { ...present, family: successor, expiresAt });
    return 'rotated';
  }

  async replaceUpstream(
    grant: Grant,
    change: { readonly upstream: UpstreamState; readonly identity?: UpstreamIdentity },
  ): Promise<'replaced' | { lost: Grant | undefined }> {
    await this.write();
    const present = this.rows.get(grant.grantId);
    if (present?.status !== 'redeemed' || present.upstream?.version !== grant.upstream?.version) {
      return { lost: present };
    }
    this.rows.set(grant.grantId, { ...present, ...change });
    return 'replaced';
  }

  async revokeGrant(grantId: string): Promise<void> {
    await this.write();
    const present = this.rows.get(grantId);
    if (!present) return;
    const { upstream: _, ...rest } = present;
    this.rows.set(grantId, { ...rest, status: 'revoked' });
  }

  async grantsOfSubject(subject: string, now: number): Promise<readonly Grant[]> {
    await this.read();
    return [...this.rows.values()]
      .filter((grant) => grant.subject === subject && isLive(grant, now))
      .sort((a, b) => b.issuedAt - a.issuedAt);
  }

  async deleteGrantsOfSubject(subject: string): Promise<number> {
    await this.write();
    const grants = [...this.rows.values()].filter((grant) => grant.subject === subject);
    for (const { grantId } of grants) this.rows.delete(grantId);
    return grants.length;
  }
}
