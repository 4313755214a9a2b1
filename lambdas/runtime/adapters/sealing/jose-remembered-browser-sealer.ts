import { REMEMBERED_CONSENT_SECONDS } from '../../../core/authorization/consent.ts';
import type { RememberedBrowserSealer, SealingKeys } from '../../ports/index.ts';
import { JoseSealer } from './jose-sealer.ts';

/** The sealed cookie that says whose consents a browser remembers. */
export class JoseRememberedBrowserSealer implements RememberedBrowserSealer {
  readonly #sealer: JoseSealer<{ subject: string }>;

  constructor(keys: SealingKeys) {
    this.#sealer = new JoseSealer(keys, {
      type: 'gatehouse-remembered-browser+jwt',
      purpose: 'gatehouse remembered browser sealing',
      lifetimeSeconds: REMEMBERED_CONSENT_SECONDS,
    });
  }

  seal(subject: string, now: number): Promise<string> {
    return this.#sealer.seal({ subject }, now);
  }

  async open(sealed: string, now: number): Promise<string | undefined> {
    return (await this.#sealer.open(sealed, now))?.content.subject;
  }
}
