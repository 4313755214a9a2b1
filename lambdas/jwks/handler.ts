import { UnavailableError } from '../core/oauth-error.ts';
import { jwkSet } from '../core/tokens/key-ring.ts';
import { type Handler, json } from '../runtime/http/messages.ts';
import type { KeyRingStore } from '../runtime/ports/index.ts';

/**
 * How long the JWK Set may be cached. A new key must be published for longer than this before it signs. Verifiers can
 * also trust a withdrawn key for this long, so the value is short.
 */
export const JWKS_MAX_AGE_SECONDS = 300;

/**
 * Serves the JWK Set (RFC 7517 §5) of the keys that verify access tokens. It reads the key ring and does not call KMS.
 *
 * @throws UnavailableError if there is no key ring yet
 */
export const jwksHandler =
  (deps: { readonly keyRings: KeyRingStore }): Handler =>
  async () => {
    const ring = await deps.keyRings.readKeyRing();
    if (ring === undefined) throw new UnavailableError('key ring', new Error('no key has been created yet'));
    return json(200, jwkSet(ring), { 'cache-control': `public, max-age=${JWKS_MAX_AGE_SECONDS}` });
  };
