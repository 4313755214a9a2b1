import { sha256 } from '../../core/crypto.ts';
import { type VerifySignature, verifiedPayload } from '../../core/tokens/signature.ts';

/** The payload of a token takes about a kilobyte. */
const MAX_TOKENS = 2_000;

/**
 * Verifies signatures, and remembers the payloads of genuine tokens by the SHA-256 of the token. A token whose signature
 * was verified stays genuine, so only what can change is checked again: the key's presence in the ring, the claims, the
 * marks and the revocations. The oldest payload is forgotten first. No token is kept.
 */
export const rememberingVerifier = (
  verifySignature: VerifySignature = verifiedPayload,
  maxTokens = MAX_TOKENS,
): VerifySignature => {
  const payloads = new Map<string, ReturnType<VerifySignature>>();
  return (token, publicJwk) => {
    const digest = sha256(token);
    const known = payloads.get(digest);
    if (known !== undefined) return known;
    const payload = verifySignature(token, publicJwk);
    payloads.set(digest, payload);
    if (payloads.size > maxTokens) payloads.delete(payloads.keys().next().value ?? '');
    return payload;
  };
};
