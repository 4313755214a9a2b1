import * as settings from '../../core/settings.ts';
import { systemClock } from '../adapters/clock.ts';
import { guardedFetch } from '../adapters/guarded-fetch.ts';
import type { Log } from '../ports/index.ts';
import { ClientDocuments } from '../services/client-documents.ts';
import { ClientKeys } from '../services/client-keys.ts';
import { LayeredClientResolver } from '../services/client-resolver.ts';
import { CurrentClientKeys } from '../services/current-client-keys.ts';
import { FetchBudget } from '../services/fetch-budget.ts';
import { read, readOptional } from '../settings.ts';
import { configuredClients } from './configured-clients.ts';
import { isLocalRun } from './context.ts';
import { clientStore } from './stores.ts';

/**
 * The clients of a function, and their keys, over one guarded fetch and one fetch budget.
 *
 * @param configured clients of the configuration, by id
 */
export const connectClients = (
  { issuer, log }: { readonly issuer: string; readonly log: Log },
  configured = configuredClients(),
) => {
  const hosts = read(settings.clientDocuments);
  const shared = {
    fetch: guardedFetch({ dangerouslyAllowLoopback: isLocalRun(issuer) }),
    budget: new FetchBudget(),
    allowLoopback: isLocalRun(issuer),
    hosts,
    now: systemClock,
    log,
  };
  const documents = new ClientDocuments(shared);
  return {
    resolver: new LayeredClientResolver({
      configured,
      store: clientStore(),
      hosts,
      registration: readOptional(settings.registration),
      ...(hosts.advertise ? { documents } : {}),
    }),
    keys: new CurrentClientKeys(documents, new ClientKeys(shared)),
  };
};
