import { type RememberedConsent, withConsent } from '../../../lambdas/core/authorization/consent.ts';
import type { Transaction } from '../../../lambdas/core/authorization/transaction.ts';
import type { ClientAssertionStore } from '../../../lambdas/core/clients/assertion.ts';
import type { Client } from '../../../lambdas/core/clients/client.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { type KeyRing, type PublicJwk, publicKeyOf } from '../../../lambdas/core/tokens/key-ring.ts';
import { type RevokedGrants, withRevokedGrants } from '../../../lambdas/core/tokens/revoked-grants.ts';
import type {
  ClientStore,
  Clock,
  ConsentEraser,
  ConsentStore,
  CounterStore,
  KeyRingStore,
  RevokedGrantStore,
  TransactionStore,
} from '../../../lambdas/runtime/ports/index.ts';
import { isLive, laterExpiry, MemoryStore } from './memory-store.ts';

export class MemoryClientStore extends MemoryStore implements ClientStore {
  readonly rows = new Map<string, Client>();

  async findClient(clientId: string, now: number): Promise<Client | undefined> {
    await this.read();
    const client = this.rows.get(clientId);
    return client && (client.blocked || isLive(client, now)) ? client : undefined;
  }

  async putClient(client: Client): Promise<void> {
    await this.write();
    const present = this.rows.get(client.clientId);
    if (!present) {
      this.rows.set(client.clientId, client);
      return;
    }
    this.#setExpiry(present, laterExpiry(present.expiresAt, client.expiresAt));
  }

  async putDocumentClient(client: Client, now: number): Promise<void> {
    await this.write();
    const present = this.rows.get(client.clientId);
    if (present?.blocked || (present && isLive(present, now) && present.issuedAt > client.issuedAt)) return;
    this.rows.set(client.clientId, client);
  }

  async updateClient(client: Client): Promise<'updated' | 'gone'> {
    await this.write();
    const present = this.rows.get(client.clientId);
    if (!present || present.blocked) return 'gone';
    const { expiresAt: _, ...rest } = client;
    this.rows.set(client.clientId, present.expiresAt === undefined ? rest : { ...rest, expiresAt: present.expiresAt });
    return 'updated';
  }

  async extendClient(clientId: string, expiresAt: number): Promise<void> {
    await this.write();
    const present = this.rows.get(clientId);
    if (present) this.#setExpiry(present, laterExpiry(present.expiresAt, expiresAt));
  }

  async deleteClient(clientId: string): Promise<void> {
    await this.write();
    this.rows.delete(clientId);
  }

  #setExpiry(client: Client, expiresAt: number | undefined): void {
    const { expiresAt: _, ...rest } = client;
    this.rows.set(client.clientId, expiresAt === undefined ? rest : { ...rest, expiresAt });
  }
}

export class MemoryClientAssertionStore extends MemoryStore implements ClientAssertionStore {
  readonly rows = new Map<string, number>();
  readonly #now: Clock;

  constructor(now: Clock) {
    super();
    this.#now = now;
  }

  async useOnce(clientId: string, jti: string, expiresAt: number): Promise<boolean> {
    await this.write();
    const key = JSON.stringify([clientId, jti]);
    if ((this.rows.get(key) ?? 0) >= this.#now()) return false;
    this.rows.set(key, expiresAt);
    return true;
  }
}

export class MemoryTransactionStore extends MemoryStore implements TransactionStore {
  readonly rows = new Map<string, Transaction>();
  /** Form id → when it expires. */
  readonly denied = new Map<string, number>();

  async approve(transaction: Transaction): Promise<Transaction | 'used'> {
    await this.write();
    if (this.denied.has(transaction.transactionId)) return 'used';
    const present = this.rows.get(transaction.transactionId);
    if (present && present.status !== 'approved') return 'used';
    const { leg, expiresAt } = present ?? transaction;
    const approved: Transaction = { ...transaction, status: 'approved', leg, expiresAt };
    this.rows.set(approved.transactionId, approved);
    return approved;
  }

  async deny(transactionId: string, expiresAt: number): Promise<'denied' | 'used'> {
    await this.write();
    if (this.rows.has(transactionId)) return 'used';
    this.denied.set(transactionId, expiresAt);
    return 'denied';
  }

  async takeForExchange(
    transactionId: string,
    expected: { identityProviderId: string; leg: number; now: number },
  ): Promise<Transaction | 'gone' | 'used'> {
    await this.write();
    const present = this.rows.get(transactionId);
    if (
      !present ||
      !isLive(present, expected.now) ||
      present.leg !== expected.leg ||
      present.identityProviderId !== expected.identityProviderId
    ) {
      return 'gone';
    }
    if (present.status !== 'approved') return 'used';
    const taken: Transaction = { ...present, status: 'exchanging' };
    this.rows.set(transactionId, taken);
    return taken;
  }

  async releaseForRetry(transactionId: string, leg: number): Promise<Transaction> {
    await this.write();
    const present = this.rows.get(transactionId);
    if (present?.status !== 'exchanging' || present.leg !== leg) {
      throw new UnavailableError(`transaction ${transactionId} in leg ${leg}`);
    }
    const released: Transaction = { ...present, status: 'approved', leg: leg + 1 };
    this.rows.set(transactionId, released);
    return released;
  }
}

export class MemoryCounterStore extends MemoryStore implements CounterStore {
  readonly counts = new Map<string, number>();

  async increment(counterId: string): Promise<number> {
    await this.write();
    const count = (this.counts.get(counterId) ?? 0) + 1;
    this.counts.set(counterId, count);
    return count;
  }
}

export class MemoryKeyRingStore extends MemoryStore implements KeyRingStore {
  ring: KeyRing | undefined;

  constructor(ring?: KeyRing) {
    super();
    this.ring = ring;
  }

  async readKeyRing(): Promise<KeyRing | undefined> {
    await this.read();
    return this.ring;
  }

  async readLatestKeyRing(): Promise<KeyRing | undefined> {
    return this.readKeyRing();
  }

  async findKey(kid: string): Promise<PublicJwk | undefined> {
    const ring = await this.readKeyRing();
    if (ring === undefined) throw new UnavailableError('key ring');
    return publicKeyOf(ring, kid);
  }
}

export class MemoryRevokedGrantStore extends MemoryStore implements RevokedGrantStore {
  list: RevokedGrants | undefined;

  async addRevokedGrants(grantIds: readonly string[], until: number, now: number): Promise<void> {
    await this.write();
    this.list = withRevokedGrants(this.list, grantIds, until, now);
  }

  /** The ids of the listed grants. */
  get ids(): readonly string[] {
    return Object.keys(this.list?.grants ?? {});
  }
}

export class MemoryConsentStore extends MemoryStore implements ConsentStore, ConsentEraser {
  readonly rows = new Map<string, readonly RememberedConsent[]>();

  async findConsents(subject: string, now: number): Promise<readonly RememberedConsent[]> {
    await this.read();
    return this.#live(subject, now);
  }

  async rememberConsent(subject: string, consent: RememberedConsent, now: number): Promise<void> {
    await this.write();
    this.rows.set(subject, withConsent(this.#live(subject, now), consent));
  }

  async forgetConsents(subject: string, consentIds: readonly string[], now: number): Promise<void> {
    await this.write();
    this.rows.set(
      subject,
      this.#live(subject, now).filter(({ consentId }) => !consentIds.includes(consentId)),
    );
  }

  async deleteConsents(subject: string): Promise<boolean> {
    await this.write();
    return this.rows.delete(subject);
  }

  #live(subject: string, now: number): readonly RememberedConsent[] {
    return (this.rows.get(subject) ?? []).filter((consent) => isLive(consent, now));
  }
}
