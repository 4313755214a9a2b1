import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { type SealedTokens, UnopenableError, type UpstreamTokens } from '../../../lambdas/core/upstream/session.ts';
import type { OpenedTokens, TokenVault } from '../../../lambdas/runtime/ports/index.ts';

/** A double of the vault: what it gives out says nothing, and opens for the grant that it was sealed for. */
export class MemoryTokenVault implements TokenVault {
  readonly #sealed = new Map<string, { grantId: string; tokens: UpstreamTokens }>();
  /** Data keys made, and opened: what KMS would be paid for. */
  generated = 0;
  decrypted = 0;
  failing = false;
  #count = 0;

  async seal(grantId: string, tokens: UpstreamTokens): Promise<SealedTokens> {
    await this.#roundTrip();
    this.generated += 1;
    return this.#keep(grantId, tokens);
  }

  async open(grantId: string, { ciphertext }: SealedTokens): Promise<OpenedTokens> {
    await this.#roundTrip();
    this.decrypted += 1;
    const found = this.#sealed.get(ciphertext);
    if (found?.grantId !== grantId) throw new UnopenableError(new Error('sealed for another grant'));
    return { tokens: found.tokens, seal: (tokens) => this.#keep(grantId, tokens) };
  }

  /** As when the key was replaced: nothing that was sealed before opens again. */
  loseKey(): void {
    this.#sealed.clear();
  }

  #keep(grantId: string, tokens: UpstreamTokens): SealedTokens {
    this.#count += 1;
    const ciphertext = `sealed-${this.#count}`;
    this.#sealed.set(ciphertext, { grantId, tokens });
    return { encryptedDataKey: `key of ${grantId}`, ciphertext };
  }

  async #roundTrip(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failing) throw new UnavailableError('KMS');
  }
}
