import type { Client } from '../../../../lambdas/core/clients/client.ts';
import { jsonLog } from '../../../../lambdas/runtime/adapters/log.ts';
import type { FetchedDocument, FetchFailure } from '../../../../lambdas/runtime/ports/index.ts';
import { ClientDocuments, type ClientDocumentsOptions } from '../../../../lambdas/runtime/services/client-documents.ts';

export const ID = 'https://client.example.org/client.json';
export const CLAUDE = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
export const documentOf = (clientId: string, members: Record<string, unknown> = {}): string =>
  JSON.stringify({
    client_id: clientId,
    client_name: 'A client',
    redirect_uris: [new URL('/callback', clientId).href],
    ...members,
  });
export const ok = (text: string, cacheControl?: string): FetchedDocument => ({
  ok: true,
  text,
  headers: cacheControl === undefined ? {} : { cacheControl },
});
export const BARRED: FetchFailure = { ok: false, kind: 'unreachable', reason: 'busy_or_barred', detail: 'status 403' };
export const DOWN: FetchFailure = { ok: false, kind: 'unreachable', reason: 'timeout', detail: 'timed out' };
export const GONE: FetchFailure = { ok: false, kind: 'authoritative', reason: 'gone', detail: 'status 404' };
export const MOVED: FetchFailure = { ok: false, kind: 'authoritative', reason: 'redirect', detail: 'status 302' };

/** Documents on a host that answers with `answer`, under a clock that the test moves. */
export const world = (options: Partial<ClientDocumentsOptions> = {}) => {
  const state = {
    now: 1_790_000_000,
    answer: ((url: string) => ok(documentOf(url))) as (url: string) => FetchedDocument | FetchFailure,
    fetched: [] as string[],
    logged: [] as Record<string, unknown>[],
  };
  const documents = new ClientDocuments({
    fetch: async (url) => {
      state.fetched.push(url);
      return state.answer(url);
    },
    now: () => state.now,
    log: jsonLog((line) => {
      const { time: _time, ...logged } = JSON.parse(line);
      state.logged.push(logged);
    }),
    ...options,
  });
  return Object.assign(state, {
    find: (clientId = ID, stored?: Promise<Client>) => documents.findClient(clientId, stored),
    /** Uses up the budget of a host with made-up URLs, as any caller can. */
    spendBudgetOf: async (clientId = ID) => {
      for (let n = 0; n < 10; n += 1) await documents.findClient(`${clientId}/junk${n}`).catch(() => undefined);
    },
  });
};
export const INVALID_CLIENT = { name: 'OAuthError', code: 'invalid_client' };
