import { ENVIRONMENT } from '../../lambdas/core/settings.ts';
import type { Secrets } from '../data/secrets.ts';
import type { Tables } from '../data/tables.ts';
import type { EndpointFunction } from './endpoint-function.ts';

/**
 * What remembering consents takes, for deployments whose configuration asks for it: /authorize then approves in a person's place, and
 * so it writes and knows the way to the identity providers.
 */
export const allowRememberedConsents = (
  { authorize, callback, connections }: Readonly<Record<'authorize' | 'callback' | 'connections', EndpointFunction>>,
  { consents, transactions, keys }: Tables,
  secrets: Secrets,
): void => {
  authorize
    .bindTable(ENVIRONMENT.consentsTable, consents, 'GetItem')
    .bindTable(ENVIRONMENT.transactionsTable, transactions, 'GetItem', 'UpdateItem')
    .bindTable(ENVIRONMENT.keysTable, keys, 'GetItem')
    .readSecrets(Object.values(secrets.identityProviders));
  callback.bindTable(ENVIRONMENT.consentsTable, consents, 'GetItem', 'UpdateItem');
  connections.bindTable(ENVIRONMENT.consentsTable, consents, 'GetItem', 'UpdateItem');
};
