import { resourceIdentifier } from '../core/authorization/resources.ts';
import * as settings from '../core/settings.ts';
import { requestSealer } from '../runtime/adapters/sealing/sealers.ts';
import type { Log, SealingKeys } from '../runtime/ports/index.ts';
import { read } from '../runtime/settings.ts';
import { connectClients } from '../runtime/wiring/clients.ts';
import { connectConsentMemory } from '../runtime/wiring/consent-memory.ts';
import { connectIdentityProviders } from '../runtime/wiring/identity-providers.ts';
import type { PageContext } from '../runtime/wiring/page-context.ts';
import { sealingKeys } from '../runtime/wiring/secrets.ts';
import { keyRingStore, transactionStore } from '../runtime/wiring/stores.ts';
import type { AuthorizeDeps, RememberedDeps } from './handler.ts';

export const authorizeDeps = (context: PageContext): AuthorizeDeps => {
  const { issuer, log } = context;
  const { transactionSeconds } = read(settings.lifetimes);
  const keys = sealingKeys();
  return {
    ...context,
    policy: {
      resources: Object.entries(read(settings.servers)).map(([path, { requiredScopes }]) => ({
        resource: resourceIdentifier(issuer, path),
        requiredScopes,
      })),
      scopes: read(settings.scopes),
    },
    identityProviders: Object.entries(read(settings.identityProviders)).map(([id, { displayName = id }]) => ({
      id,
      displayName,
    })),
    transactionSeconds,
    clients: connectClients(context).resolver,
    sealer: requestSealer(keys, transactionSeconds),
    remembered: rememberedDeps(issuer, keys, log),
  };
};

/** What a login without the form needs, or undefined when the configuration remembers no consents. */
const rememberedDeps = (issuer: string, keys: SealingKeys, log: Log): RememberedDeps | undefined => {
  const consentMemory = connectConsentMemory(keys, log);
  if (consentMemory === undefined) return undefined;
  return {
    consentMemory,
    transactions: transactionStore(),
    transactionSeconds: read(settings.lifetimes).transactionSeconds,
    identityProviders: connectIdentityProviders(issuer),
    keyRings: keyRingStore(),
    sealingKeys: keys,
    log,
  };
};
