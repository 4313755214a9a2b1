import { authorizeHandler } from '../../../lambdas/authorize/handler.ts';
import { callbackHandler } from '../../../lambdas/callback/handler.ts';
import { clientConfigurationHandler } from '../../../lambdas/client-configuration/handler.ts';
import { connectionsHandler } from '../../../lambdas/connections/handler.ts';
import { consentHandler } from '../../../lambdas/consent/handler.ts';
import type { AccessConditions, AccessRules } from '../../../lambdas/core/authorization/access-rules.ts';
import type { ScopeDefinitions } from '../../../lambdas/core/authorization/scopes.ts';
import type { Client } from '../../../lambdas/core/clients/client.ts';
import type { DocumentHosts } from '../../../lambdas/core/clients/document-policy.ts';
import { OPEN_REGISTRATION, type RegistrationPolicy } from '../../../lambdas/core/clients/registration-policy.ts';
import { SESSION_SECONDS } from '../../../lambdas/core/grants/connections-session.ts';
import { registerHandler } from '../../../lambdas/register/handler.ts';
import {
  rememberedBrowserSealer,
  requestSealer,
  sessionSealer,
} from '../../../lambdas/runtime/adapters/sealing/sealers.ts';
import { sealingKey } from '../../../lambdas/runtime/adapters/secrets-manager/sealing-keys.ts';
import { endpoint } from '../../../lambdas/runtime/http/endpoint.ts';
import { errorPage, errorPageOrJson } from '../../../lambdas/runtime/pages/message-page.ts';
import { siteOf } from '../../../lambdas/runtime/pages/site.ts';
import type { Clock, GuardedFetch, SealingKeys } from '../../../lambdas/runtime/ports/index.ts';
import { ClientDocuments } from '../../../lambdas/runtime/services/client-documents.ts';
import { LayeredClientResolver } from '../../../lambdas/runtime/services/client-resolver.ts';
import { ConsentMemory } from '../../../lambdas/runtime/services/consent-memory.ts';
import { FetchBudget } from '../../../lambdas/runtime/services/fetch-budget.ts';
import type { Configuration } from '../../../lib/config/configuration.ts';
import { themeSettings } from '../../../lib/config/theme.ts';
import type { MemoryGrantStore } from '../memory/memory-grant-store.ts';
import type {
  MemoryClientStore,
  MemoryConsentStore,
  MemoryKeyRingStore,
  MemoryRevokedGrantStore,
  MemoryTransactionStore,
} from '../memory/memory-stores.ts';
import type { MemoryTokenVault } from '../memory/memory-vault.ts';
import { ISSUER } from './requests.ts';
import type { ScriptedIdp } from './scripted-idp.ts';

export interface AuthorizationHarnessOptions {
  readonly access?: AccessRules;
  /** Scope → who may have it. */
  readonly grantedTo?: Readonly<Record<string, readonly AccessConditions[]>>;
  readonly providers?: readonly string[];
  /** What of the providers' tokens is kept, and why. */
  readonly kept?: { readonly recheck?: boolean; readonly keepTokens?: boolean };
  readonly scopes?: ScopeDefinitions;
  readonly requiredScopes?: readonly string[];
  readonly paths?: readonly string[];
  readonly configured?: readonly Client[];
  readonly hosts?: DocumentHosts;
  readonly registration?: RegistrationPolicy;
  readonly initialAccessToken?: string;
  readonly rememberConsent?: boolean;
  /** Whether clients may come with a metadata document. */
  readonly advertise?: boolean;
  readonly theme?: Configuration['theme'];
  /** Provider id → what people call it. */
  readonly displayNames?: Readonly<Record<string, string>>;
}

/** What the handlers read and change, for tests to look at. */
export interface HarnessState {
  readonly clients: MemoryClientStore;
  readonly transactions: MemoryTransactionStore;
  readonly grants: MemoryGrantStore;
  readonly keyRings: MemoryKeyRingStore;
  readonly revokedGrants: MemoryRevokedGrantStore;
  readonly tokenVault: MemoryTokenVault;
  readonly consents: MemoryConsentStore;
  readonly providers: ReadonlyMap<string, ScriptedIdp>;
  readonly logged: LogLine[];
  readonly documents: ReadonlyMap<string, object | 'down'>;
  readonly clock: Clock;
}

export interface LogLine {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** The real handlers and sealers over doubles of the stores, of the identity providers and of the network. */
export const authorizationHandlers = (state: HarnessState, options: AuthorizationHarnessOptions) => {
  const key = sealingKey('a sealing secret');
  const sealingKeys: SealingKeys = {
    current: async () => key,
    find: async (id) => (id === key.id ? key : undefined),
  };
  const sealer = requestSealer(sealingKeys, 600);
  const identityProviders = new Map(
    [...state.providers].map(([id, idp]) => [
      id,
      {
        id,
        kind: 'oidc' as const,
        issuer: `https://${id}.example`,
        displayName: options.displayNames?.[id] ?? `Login ${id}`,
        idp,
        ...options.kept,
      },
    ]),
  );
  const { clients, transactions, grants, keyRings, clock: now } = state;
  const { hosts = {}, scopes = { mcp: { description: 'Use the tools of this server' }, extra: {} } } = options;
  const log = (event: string, fields: object = {}) => void state.logged.push({ event, ...fields });
  // What does not come over the network in these tests: the text of a metadata document, by its URL.
  const budget = new FetchBudget();
  const fetch: GuardedFetch = async (url) => {
    const document = state.documents.get(url);
    if (document === undefined) return { ok: false, kind: 'authoritative', reason: 'gone', detail: 'status 404' };
    if (document === 'down') return { ok: false, kind: 'unreachable', reason: 'timeout', detail: 'took too long' };
    return { ok: true, text: JSON.stringify(document), headers: { cacheControl: 'max-age=60' } };
  };
  const documents = new ClientDocuments({ fetch, now, log, budget, hosts });
  const resolver = new LayeredClientResolver({
    configured: new Map((options.configured ?? []).map((client) => [client.clientId, client])),
    store: clients,
    hosts,
    registration: options.registration,
    ...(options.advertise === false ? {} : { documents }),
  });
  const sessions = sessionSealer(sealingKeys, SESSION_SECONDS);
  const site = siteOf(ISSUER, themeSettings({ theme: options.theme ?? {} }));
  const shared = {
    issuer: ISSUER,
    site,
    now,
    log,
    clients,
    transactions,
    grants,
    sealer,
    sealingKeys,
    identityProviders,
  };
  const consentMemory = options.rememberConsent
    ? new ConsentMemory({ consents: state.consents, browsers: rememberedBrowserSealer(sealingKeys), log })
    : undefined;
  const { registration = OPEN_REGISTRATION } = options;
  const verifyInitialAccessToken = async (presented: string) => presented === options.initialAccessToken;
  const page = { log, renderError: errorPage(site) };

  return {
    register: endpoint(registerHandler({ ...shared, registration, verifyInitialAccessToken }), {
      log,
      cors: true,
      refusalEvent: 'client_refused',
    }),
    clientConfiguration: endpoint(clientConfigurationHandler({ ...shared, registration }), { log, cors: true }),
    authorize: endpoint(
      authorizeHandler({
        ...shared,
        clients: resolver,
        transactionSeconds: 600,
        remembered: consentMemory && { ...shared, consentMemory, keyRings, transactionSeconds: 600 },
        identityProviders: [...identityProviders.values()],
        policy: {
          resources: (options.paths ?? ['/mcp']).map((path) => ({
            resource: `${ISSUER}${path}`,
            requiredScopes: options.requiredScopes ?? ['mcp'],
          })),
          scopes,
        },
      }),
      { log, renderError: errorPageOrJson(site) },
    ),
    consent: endpoint(consentHandler({ ...shared, transactionSeconds: 600 }), page),
    connections: endpoint(
      connectionsHandler({
        ...shared,
        clients: resolver,
        grantDirectory: grants,
        keyRings,
        sessions,
        consentMemory,
        scopes,
        transactionSeconds: 600,
        revokedGrants: state.revokedGrants,
      }),
      page,
    ),
    callback: endpoint(
      callbackHandler({
        ...shared,
        grantDirectory: grants,
        sessions,
        consentMemory,
        access: { rules: options.access ?? 'everyone', providers: {}, scopes: options.grantedTo },
        authorizationCodeSeconds: 60,
        refreshTokenAbsoluteDays: 90,
        subjectSecret: async () => 'a subject secret',
        tokenVault: state.tokenVault,
      }),
      page,
    ),
  };
};
