import { SESSION_SECONDS } from '../core/grants/connections-session.ts';
import * as settings from '../core/settings.ts';
import { sessionSealer } from '../runtime/adapters/sealing/sealers.ts';
import { LayeredClientResolver } from '../runtime/services/client-resolver.ts';
import { read } from '../runtime/settings.ts';
import { configuredClients } from '../runtime/wiring/configured-clients.ts';
import { connectConsentMemory } from '../runtime/wiring/consent-memory.ts';
import { connectIdentityProviders } from '../runtime/wiring/identity-providers.ts';
import type { PageContext } from '../runtime/wiring/page-context.ts';
import { sealingKeys } from '../runtime/wiring/secrets.ts';
import {
  clientStore,
  grantDirectory,
  grantStore,
  keyRingStore,
  revokedGrantStore,
  transactionStore,
} from '../runtime/wiring/stores.ts';
import type { ConnectionsDeps } from './handler.ts';

export const connectionsDeps = (context: PageContext): ConnectionsDeps => {
  const { transactionSeconds } = read(settings.lifetimes);
  const keys = sealingKeys();
  return {
    ...context,
    identityProviders: connectIdentityProviders(context.issuer),
    scopes: read(settings.scopes),
    transactionSeconds,
    transactions: transactionStore(),
    grants: grantStore(),
    grantDirectory: grantDirectory(),
    // This page shows clients as of their last login, and fetches no metadata documents.
    clients: new LayeredClientResolver({ configured: configuredClients(), store: clientStore() }),
    keyRings: keyRingStore(),
    revokedGrants: revokedGrantStore(),
    sealingKeys: keys,
    sessions: sessionSealer(keys, SESSION_SECONDS),
    consentMemory: connectConsentMemory(keys, context.log),
  };
};
