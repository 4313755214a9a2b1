import { SESSION_SECONDS } from '../core/grants/connections-session.ts';
import * as settings from '../core/settings.ts';
import { kmsClient } from '../runtime/adapters/aws-clients.ts';
import { KmsTokenVault } from '../runtime/adapters/kms/token-vault.ts';
import { sessionSealer } from '../runtime/adapters/sealing/sealers.ts';
import { read } from '../runtime/settings.ts';
import { connectConsentMemory } from '../runtime/wiring/consent-memory.ts';
import { connectIdentityProviders } from '../runtime/wiring/identity-providers.ts';
import type { PageContext } from '../runtime/wiring/page-context.ts';
import { sealingKeys, subjectSecret } from '../runtime/wiring/secrets.ts';
import { clientStore, grantDirectory, grantStore, transactionStore } from '../runtime/wiring/stores.ts';
import type { CallbackDeps } from './deps.ts';

export const callbackDeps = (context: PageContext): CallbackDeps => {
  const access = read(settings.access);
  const { authorizationCodeSeconds, refreshTokenAbsoluteDays } = read(settings.lifetimes);
  const keys = sealingKeys();
  return {
    ...context,
    identityProviders: connectIdentityProviders(context.issuer, access),
    access,
    authorizationCodeSeconds,
    refreshTokenAbsoluteDays,
    clients: clientStore(),
    transactions: transactionStore(),
    grants: grantStore(),
    grantDirectory: grantDirectory(),
    sealingKeys: keys,
    sessions: sessionSealer(keys, SESSION_SECONDS),
    consentMemory: connectConsentMemory(keys, context.log),
    subjectSecret: subjectSecret(),
    tokenVault: new KmsTokenVault(kmsClient(), read(settings.tokenVault).keyArn),
  };
};
