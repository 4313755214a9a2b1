import { createHmac } from 'node:crypto';
import { constantTimeEqual } from '../crypto.ts';

// Everything that ties one login together is derived from the sealing key, so that the stored transaction holds no
// secret, and the same form sent twice leads to the same place.

/** A secret of which values are derived; `id` says which version. */
interface DerivationKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** What one attempt at the upstream is bound to: all of it is in its state, and under its authentication code. */
export interface LegReference {
  readonly transactionId: string;
  readonly sealingKeyId: string;
  readonly leg: number;
}

/** `<transaction id>.<sealing key id>.<leg>.<authentication code>`; nothing in it is secret (catalogue #37). */
const STATE = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{8})\.([1-9]\d{0,3})\.[A-Za-z0-9_-]{43}$/;

/** State, nonce and PKCE verifier of one leg: fresh for each transaction, provider and attempt (RFC 9700 §2.1.1). */
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

/** What a state refers to, or undefined when it is not of our form. Proves nothing: compare it with the derived one. */
export const parseState = (state: string): LegReference | undefined => {
  const [, transactionId, sealingKeyId, leg] = STATE.exec(state) ?? [];
  if (transactionId === undefined || sealingKeyId === undefined || leg === undefined) return undefined;
  return { transactionId, sealingKeyId, leg: Number(leg) };
};

/** Value that binds the approving browser to its transaction (catalogue #126). */
export const deriveBrowserBinding = (key: DerivationKey, transactionId: string): string =>
  mac(key.bytes, 'browser', transactionId);

export const isBrowserBinding = (key: DerivationKey, transactionId: string, presented: string): boolean =>
  constantTimeEqual(deriveBrowserBinding(key, transactionId), presented);

/**
 * The `sub` of access tokens: opaque, not enumerable, the same for one upstream account whatever the provider is
 * called here, and never shared by two issuers (catalogue #158).
 */
export const deriveSubject = (subjectSecret: string, upstreamIssuer: string, upstreamSubject: string): string =>
  mac(Buffer.from(subjectSecret, 'utf8'), 'subject', upstreamIssuer, upstreamSubject);

/** HMAC-SHA-256, base64url, over the parts with their lengths in front, so that no two lists of parts read alike. */
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
