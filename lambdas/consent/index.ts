import * as settings from '../core/settings.ts';
import { requestSealer } from '../runtime/adapters/sealing/sealers.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { read } from '../runtime/settings.ts';
import { connectIdentityProviders } from '../runtime/wiring/identity-providers.ts';
import { pageContext } from '../runtime/wiring/page-context.ts';
import { sealingKeys } from '../runtime/wiring/secrets.ts';
import { transactionStore } from '../runtime/wiring/stores.ts';
import { consentHandler } from './handler.ts';

const { renderError, ...context } = pageContext();
const { transactionSeconds } = read(settings.lifetimes);
const keys = sealingKeys();

const consent = consentHandler({
  ...context,
  identityProviders: connectIdentityProviders(context.issuer),
  transactionSeconds,
  transactions: transactionStore(),
  sealer: requestSealer(keys, transactionSeconds),
  sealingKeys: keys,
});

export const handler = endpoint(consent, { log: context.log, renderError });
