import * as settings from '../core/settings.ts';
import { requestSealer } from '../runtime/adapters/sealing/sealers.ts';
import { read } from '../runtime/settings.ts';
import { connectIdentityProviders } from '../runtime/wiring/identity-providers.ts';
import type { PageContext } from '../runtime/wiring/page-context.ts';
import { sealingKeys } from '../runtime/wiring/secrets.ts';
import { transactionStore } from '../runtime/wiring/stores.ts';
import type { ConsentDeps } from './handler.ts';

export const consentDeps = (context: PageContext): ConsentDeps => {
  const { transactionSeconds } = read(settings.lifetimes);
  const keys = sealingKeys();
  return {
    ...context,
    identityProviders: connectIdentityProviders(context.issuer),
    transactionSeconds,
    transactions: transactionStore(),
    sealer: requestSealer(keys, transactionSeconds),
    sealingKeys: keys,
  };
};
