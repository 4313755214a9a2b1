import { UnavailableError } from '../shared/core/oauth-error.ts';
import { type Flow, json, NO_STORE } from '../shared/http/message.ts';
import type { KeyRingStore } from '../shared/ports.ts';

/** Whether this deployment can do its work: its key ring is there and has a key. Says nothing else. */
export const healthFlow =
  (deps: { readonly keyRing: KeyRingStore }): Flow =>
  async () => {
    const ring = await deps.keyRing.readKeyRing();
    if (!ring?.keys.some((key) => key.state === 'active')) {
      throw new UnavailableError('key ring', new Error('no active signing key: the first deployment has not finished'));
    }
    return json(200, { status: 'ok' }, NO_STORE);
  };
