import type { KeyRing } from '../../../core/tokens/key-ring.ts';
import { fromRow, recordOf } from './attributes.ts';

/** The keys table has one row. */
export const KEY_RING_ID = 'ring';

export interface KeyRingRow extends KeyRing {
  readonly id: string;
}

/** The stored row as a key ring. @throws Error when it was written by another version */
export const keyRingOf = (row: object): KeyRing => {
  const { id: _id, ...ring } = recordOf<KeyRingRow>(fromRow<KeyRingRow>(row));
  return ring;
};
