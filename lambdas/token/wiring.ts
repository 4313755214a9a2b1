import { setTimeout } from 'node:timers/promises';
import { resourceIdentifier } from '../core/authorization/resources.ts';
import * as settings from '../core/settings.ts';
import { kmsClient } from '../runtime/adapters/aws-clients.ts';
import { KmsAccessTokenSigner } from '../runtime/adapters/kms/access-token-signer.ts';
import { KmsTokenVault } from '../runtime/adapters/kms/token-vault.ts';
import { read } from '../runtime/settings.ts';
import { connectClientAuthentication } from '../runtime/wiring/client-authentication.ts';
import type { EndpointContext } from '../runtime/wiring/context.ts';
import { connectIdentityProviders } from '../runtime/wiring/identity-providers.ts';
import { grantStore, keyRingStore, revokedGrantStore } from '../runtime/wiring/stores.ts';
import type { TokenDeps } from './grant-type.ts';

const DAY_SECONDS = 86_400;

export const tokenDeps = (context: EndpointContext): TokenDeps => {
  const { issuer } = context;
  const access = read(settings.access);
  const lifetimes = read(settings.lifetimes);
  const keyRings = keyRingStore();
  return {
    ...context,
    ...connectClientAuthentication(context),
    accessTokenSeconds: lifetimes.accessTokenSeconds,
    refreshTokens: {
      idleSeconds: lifetimes.refreshTokenIdleDays * DAY_SECONDS,
      absoluteSeconds: lifetimes.refreshTokenAbsoluteDays * DAY_SECONDS,
      graceSeconds: lifetimes.refreshGraceSeconds,
    },
    scopes: read(settings.scopes),
    access,
    identityProviderKinds: new Map(Object.entries(read(settings.identityProviderKinds))),
    resources: Object.keys(read(settings.servers)).map((path) => resourceIdentifier(issuer, path)),
    grants: grantStore(),
    keptProviders: connectIdentityProviders(issuer, access),
    tokenVault: new KmsTokenVault(kmsClient(), read(settings.tokenVault).keyArn),
    recheckSeconds: lifetimes.recheckSeconds,
    recheckOutageSeconds: lifetimes.recheckOutageSeconds,
    keyRings,
    revokedGrants: revokedGrantStore(),
    signer: new KmsAccessTokenSigner(kmsClient(), keyRings),
    sleep: setTimeout,
  };
};
