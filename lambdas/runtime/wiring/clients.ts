import type { Client } from '../../core/clients/client.ts';
import type { DocumentHosts } from '../../core/clients/document-policy.ts';
import { guardedFetch } from '../adapters/guarded-fetch.ts';
import type { ClientStore, Clock, Log } from '../ports/index.ts';
import { ClientDocuments } from '../services/client-documents.ts';
import { ClientKeys } from '../services/client-keys.ts';
import { LayeredClientResolver } from '../services/client-resolver.ts';
import { CurrentClientKeys } from '../services/current-client-keys.ts';
import { FetchBudget } from '../services/fetch-budget.ts';

export interface ConnectClientsOptions {
  readonly configured: ReadonlyMap<string, Client>;
  readonly store: ClientStore;
  readonly documents: {
    /** Whether clients may come with a metadata document. */
    readonly advertise: boolean;
    readonly allowHosts?: readonly string[] | undefined;
    readonly blockHosts: readonly string[];
  };
  /** Fetches from this machine too: for the local run only. */
  readonly isLocalRun: boolean;
  readonly now: Clock;
  readonly log: Log;
}

/** The clients of a function: one directory, and one source of keys, over one guarded fetch and one budget. */
export const connectClients = (options: ConnectClientsOptions) => {
  const { configured, store, isLocalRun, now, log } = options;
  const { advertise, allowHosts, blockHosts } = options.documents;
  const hosts: DocumentHosts = { blocked: blockHosts, ...(allowHosts ? { allowed: allowHosts } : {}) };
  const shared = {
    fetch: guardedFetch({ dangerouslyAllowLoopback: isLocalRun }),
    budget: new FetchBudget(),
    allowLoopback: isLocalRun,
    hosts,
    now,
    log,
  };
  const documents = new ClientDocuments(shared);
  return {
    directory: new LayeredClientResolver({ configured, store, hosts, ...(advertise ? { documents } : {}) }),
    keys: new CurrentClientKeys(documents, new ClientKeys(shared)),
  };
};
