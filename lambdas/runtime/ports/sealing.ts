import type { AuthorizationRequest } from '../../core/authorization/transaction.ts';

/** The generated secret from which forms are sealed and per-transaction values derived: current first, then previous. */
export interface SealingKeys {
  current(): Promise<SealingKey>;
  /** The key with that id among the accepted versions, or undefined. */
  find(sealingKeyId: string): Promise<SealingKey | undefined>;
}

export interface SealingKey {
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** A generated secret as text, cached at most five minutes. */
export type SecretReader = () => Promise<string>;

/** Whether a secret has a value; `unknown` while nobody says. Kept for a while, and never fails. */
export type SecretCheck = () => Promise<'filled' | 'empty' | 'unknown'>;

/** The sealed consent form: AEAD, ten minutes, bound to the browser's page cookie. */
export interface RequestSealer {
  /** Seals a checked request for the browser that holds `pageCookie`. */
  seal(request: AuthorizationRequest, pageCookie: string, now: number): Promise<string>;
  /** Opens it again; undefined when it was altered, has expired or belongs to another browser. */
  open(
    sealed: string,
    pageCookie: string,
    now: number,
  ): Promise<
    { transactionId: string; sealingKeyId: string; request: AuthorizationRequest; expiresAt: number } | undefined
  >;
}

/** Who has logged in to look after their connections. */
export interface Session {
  readonly subject: string;
  /** What the provider calls the account, for the page alone. */
  readonly account?: string;
}

export interface OpenSession extends Session {
  /** Random. It leaves in the forms of this session's pages alone, and so proves that a form came from one. */
  readonly sessionId: string;
}

/** The session cookie: AEAD, a few minutes, nothing is stored. */
export interface SessionSealer {
  seal(session: Session, now: number): Promise<string>;
  /** Undefined when it was altered or has expired. */
  open(sealed: string, now: number): Promise<OpenSession | undefined>;
}

/** The cookie that says whose consents this browser remembers: AEAD, as long as a consent lives. It logs no user in. */
export interface RememberedBrowserSealer {
  seal(subject: string, now: number): Promise<string>;
  /** The subject; undefined when the cookie was altered or has expired. */
  open(sealed: string, now: number): Promise<string | undefined>;
}
