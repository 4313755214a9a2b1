import type { KeyRing } from '../../../core/tokens/key-ring.ts';
import type { RevokedGrants } from '../../../core/tokens/revoked-grants.ts';
import { fromRow, recordOf } from './attributes.ts';

/** The ring's row in the keys table. Only `key-ring` may write it. The other row is the list of revoked grants. */
export const KEY_RING_ID = 'ring';

export interface KeyRingRow extends KeyRing {
  readonly id: string;
}

export interface RevokedGrantsRow extends RevokedGrants {
  readonly id: string;
}

/** The stored row as a key ring. @throws Error when it was written by another version */
export const keyRingOf = (row: object): KeyRing => withoutId(row);

/** The stored row as the list of revoked grants. @throws Error when it was written by another version */
export const revokedGrantsOf = (row: object): RevokedGrants => withoutId(row);

const withoutId = <T extends object>(row: object): T => {
  const { id: _id, ...record } = recordOf(fromRow<T & { readonly id: string }>(row));
  return record as unknown as T;
};
