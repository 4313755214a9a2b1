import { createHmac } from 'node:crypto';
import { constantTimeEqual } from '../crypto.ts';

// The values that bind a login together are derived from the sealing key. So the stored transaction holds no secret, and
// a form that is submitted twice leads to the same redirect.

/** A secret from which values are derived, and the id of its version. */
interface DerivationKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** One attempt at the provider. Its state contains all of these, covered by the authentication code. */
export interface LegReference {
  readonly transactionId: string;
  readonly sealingKeyId: string;
  readonly leg: number;
}

/** `<transaction id>.<sealing key id>.<leg>.<authentication code>`; it contains no secret (#37). */
const STATE = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{8})\.([1-9]\d{0,3})\.[A-Za-z0-9_-]{43}$/;

/** State, nonce and PKCE verifier of one attempt: new for each transaction, provider and attempt (RFC 9700 §2.1.1). */
export const deriveUpstreamLeg = (
  key: DerivationKey,
  transactionId: string,
  identityProviderId: string,
  leg: number,
): { readonly state: string; readonly nonce: string; readonly codeVerifier: string } => {
  const derive = (purpose: string) => mac(key.bytes, purpose, transactionId, identityProviderId, String(leg));
  return {
    state: `${transactionId}.${key.id}.${leg}.${derive('state')}`,
    nonce: derive('nonce'),
    codeVerifier: derive('code verifier'),
  };
};

/**
 * The attempt that a state names, or undefined if it does not have our format. This proves nothing: the caller must
 * compare the state with the derived one.
 */
export const parseState = (state: string): LegReference | undefined => {
  const [, transactionId, sealingKeyId, leg] = STATE.exec(state) ?? [];
  if (transactionId === undefined || sealingKeyId === undefined || leg === undefined) return undefined;
  return { transactionId, sealingKeyId, leg: Number(leg) };
};

/** The value that binds the approving browser to its transaction (#126). */
export const deriveBrowserBinding = (key: DerivationKey, transactionId: string): string =>
  mac(key.bytes, 'browser', transactionId);

export const isBrowserBinding = (key: DerivationKey, transactionId: string, presented: string): boolean =>
  constantTimeEqual(deriveBrowserBinding(key, transactionId), presented);

/**
 * The `sub` of access tokens. It is opaque, cannot be enumerated, and stays the same when the provider gets another id
 * here. Accounts of two issuers never share one (#158).
 */
export const deriveSubject = (subjectSecret: string, upstreamIssuer: string, upstreamSubject: string): string =>
  mac(Buffer.from(subjectSecret, 'utf8'), 'subject', upstreamIssuer, upstreamSubject);

/** HMAC-SHA-256 in base64url. Each part is prefixed with its length, so that different lists give different input. */
const mac = (key: Uint8Array, ...parts: readonly string[]): string => {
  const hmac = createHmac('sha256', key);
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hmac.update(length).update(bytes);
  }
  return hmac.digest('base64url');
};
