import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type RememberedConsent, withConsent } from '../../../core/authorization/consent.ts';
import { UnavailableError } from '../../../core/oauth-error.ts';
import type { ConsentEraser, ConsentStore } from '../../ports/index.ts';
import { type ConsentsRow, consentsShape } from './shapes.ts';
import { Table } from './table.ts';

/** Attempts at a change that other requests may overtake. */
const ATTEMPTS = 5;

type Change = (consents: readonly RememberedConsent[]) => readonly RememberedConsent[];

/** Stores remembered consents in DynamoDB, one row per user under `subject`. */
export class DynamoDbConsentStore implements ConsentStore, ConsentEraser {
  readonly #table: Table<ConsentsRow>;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#table = new Table(client, tableName, 'subject', consentsShape);
  }

  async findConsents(subject: string, now: number): Promise<readonly RememberedConsent[]> {
    return live(await this.#table.read(subject), now);
  }

  async rememberConsent(subject: string, consent: RememberedConsent, now: number): Promise<void> {
    await this.#change(subject, now, (consents) => withConsent(consents, consent));
  }

  async forgetConsents(subject: string, consentIds: readonly string[], now: number): Promise<void> {
    await this.#change(subject, now, (consents) => consents.filter(({ consentId }) => !consentIds.includes(consentId)));
  }

  async deleteConsents(subject: string): Promise<boolean> {
    return this.#table.delete(subject);
  }

  /**
   * ```
   * row      version n ──► version n + 1
   * others            └─ a request that also read n finds n + 1, and starts again from there
   * ```
   */
  async #change(subject: string, now: number, change: Change): Promise<void> {
    let row = await this.#table.read(subject);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const outcome = await this.#table.transition(subject, {
        set: rowOf(change(live(row, now)), row?.version ?? 0, now),
        ...(row === undefined
          ? { condition: 'attribute_not_exists(#subject)' }
          : { condition: '#version = :version', values: { version: row.version } }),
      });
      if ('applied' in outcome) return;
      row = outcome.refused;
    }
    throw new UnavailableError(
      'DynamoDB',
      new Error('the consents of one user are changed too often at the same time'),
    );
  }
}

/** The consents that have not expired. TTL deletes rows days late. */
const live = (row: ConsentsRow | undefined, now: number): readonly RememberedConsent[] =>
  Object.values(row?.consents ?? {}).filter(({ expiresAt }) => expiresAt > now);

const rowOf = (consents: readonly RememberedConsent[], formerVersion: number, now: number) => ({
  consents: Object.fromEntries(consents.map((consent) => [consent.consentId, consent])),
  version: formerVersion + 1,
  expiresAt: Math.max(now, ...consents.map(({ expiresAt }) => expiresAt)),
});
