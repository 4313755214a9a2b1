import type { AuthorizationRequest } from '../../core/authorization/transaction.ts';

/** Keys made from a generated secret. They seal forms and cookies, and derive the values of each transaction. */
export interface SealingKeys {
  current(): Promise<SealingKey>;
  /** Finds a key among the current and the previous version of the secret. */
  find(sealingKeyId: string): Promise<SealingKey | undefined>;
}

export interface SealingKey {
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** Reads a generated secret as text, cached for at most five minutes. */
export type SecretReader = () => Promise<string>;

/** Whether a secret has a value. `unknown` while Secrets Manager does not answer. Cached, and never throws. */
export type SecretCheck = () => Promise<'filled' | 'empty' | 'unknown'>;

/** `deleted` includes keys that are scheduled for deletion. `unknown`: KMS did not say. */
export type SigningKeyState = 'enabled' | 'disabled' | 'deleted' | 'unknown';

/** Says whether KMS would sign with the key that has this ARN. */
export type SigningKeyCheck = (keyArn: string) => Promise<SigningKeyState>;

/** Seals the consent form: AEAD, valid for ten minutes, bound to the page cookie of the browser. */
export interface RequestSealer {
  /** Seals a validated request for the browser that holds `pageCookie`. */
  seal(request: AuthorizationRequest, pageCookie: string, now: number): Promise<string>;
  /** Opens a sealed request. Returns undefined when it was altered, has expired or belongs to another browser. */
  open(
    sealed: string,
    pageCookie: string,
    now: number,
  ): Promise<
    { transactionId: string; sealingKeyId: string; request: AuthorizationRequest; expiresAt: number } | undefined
  >;
}

/** A user who has logged in to manage their connections. */
export interface Session {
  readonly subject: string;
  /** The provider's name for the account, for display only. */
  readonly account?: string;
}

export interface OpenSession extends Session {
  /** Random. Only the forms of this session's pages contain it, so it proves that a form came from one of them. */
  readonly sessionId: string;
}

/** Seals the session cookie: AEAD, valid for a few minutes. Nothing is stored. */
export interface SessionSealer {
  seal(session: Session, now: number): Promise<string>;
  /** Returns undefined when the cookie was altered or has expired. */
  open(sealed: string, now: number): Promise<OpenSession | undefined>;
}

/** Seals the cookie that says whose consents this browser remembers: AEAD, valid as long as a consent. It is no login. */
export interface RememberedBrowserSealer {
  seal(subject: string, now: number): Promise<string>;
  /** Returns the subject, or undefined when the cookie was altered or has expired. */
  open(sealed: string, now: number): Promise<string | undefined>;
}
