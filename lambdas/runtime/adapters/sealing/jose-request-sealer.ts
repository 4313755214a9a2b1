import type { AuthorizationRequest } from '../../../core/authorization/transaction.ts';
import { sha256 } from '../../../core/crypto.ts';
import type { RequestSealer, SealingKeys } from '../../ports/index.ts';
import { JoseSealer } from './jose-sealer.ts';

/** The consent form's sealed request. */
export class JoseRequestSealer implements RequestSealer {
  readonly #sealer: JoseSealer<{ page: string; request: AuthorizationRequest }>;

  constructor(keys: SealingKeys, lifetimeSeconds: number) {
    this.#sealer = new JoseSealer(keys, {
      type: 'gatehouse-request+jwt',
      purpose: 'gatehouse request sealing',
      lifetimeSeconds,
    });
  }

  seal(request: AuthorizationRequest, pageCookie: string, now: number): Promise<string> {
    return this.#sealer.seal({ page: sha256(pageCookie), request }, now);
  }

  async open(sealed: string, pageCookie: string, now: number) {
    const opened = await this.#sealer.open(sealed, now);
    if (opened === undefined || opened.content.page !== sha256(pageCookie)) return undefined;
    const { content, sealId, sealingKeyId, expiresAt } = opened;
    return { transactionId: sealId, sealingKeyId, request: content.request, expiresAt };
  }
}
