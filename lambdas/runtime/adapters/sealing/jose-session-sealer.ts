import type { OpenSession, SealingKeys, Session, SessionSealer } from '../../ports/index.ts';
import { JoseSealer } from './jose-sealer.ts';

/** The sealed cookie of whoever looks after their connections. */
export class JoseSessionSealer implements SessionSealer {
  readonly #sealer: JoseSealer<Session>;

  constructor(keys: SealingKeys, lifetimeSeconds: number) {
    this.#sealer = new JoseSealer(keys, {
      type: 'gatehouse-session+jwt',
      purpose: 'gatehouse session sealing',
      lifetimeSeconds,
    });
  }

  seal(session: Session, now: number): Promise<string> {
    return this.#sealer.seal(session, now);
  }

  async open(sealed: string, now: number): Promise<OpenSession | undefined> {
    const opened = await this.#sealer.open(sealed, now);
    if (opened === undefined) return undefined;
    const { subject, account } = opened.content;
    return { subject, ...(account === undefined ? {} : { account }), sessionId: opened.sealId };
  }
}
