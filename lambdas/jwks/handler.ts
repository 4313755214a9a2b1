import { UnavailableError } from '../core/oauth-error.ts';
import { jwkSet } from '../core/tokens/key-ring.ts';
import { type Handler, json } from '../runtime/http/messages.ts';
import type { KeyRingStore } from '../runtime/ports/index.ts';

/**
 * How long the set may be cached. A new key must be published for longer than this before it signs, and in an
 * emergency a withdrawn key is still trusted for as long: short, while verifiers still ask only now and then.
 */
export const JWKS_MAX_AGE_SECONDS = 300;

/** JWK Set (RFC 7517 §5) of the keys that verify our access tokens: from the key ring, without asking KMS. */
export const jwksHandler =
  (deps: { readonly keyRings: KeyRingStore }): Handler =>
  async () => {
    const ring = await deps.keyRings.readKeyRing();
    if (ring === undefined) throw new UnavailableError('key ring', new Error('no key was made yet'));
    return json(200, jwkSet(ring), { 'cache-control': `public, max-age=${JWKS_MAX_AGE_SECONDS}` });
  };
