import type { Client } from '../../../lambdas/core/clients/client.ts';
import type { Clock } from '../../../lambdas/runtime/ports/index.ts';
import { MemoryGrantStore } from '../memory/memory-grant-store.ts';
import {
  MemoryClientStore,
  MemoryConsentStore,
  MemoryKeyRingStore,
  MemoryRevokedGrantStore,
  MemoryTransactionStore,
} from '../memory/memory-stores.ts';
import { MemoryTokenVault } from '../memory/memory-vault.ts';
import { Browser } from './browser.ts';
import {
  type AuthorizationHarnessOptions,
  authorizationHandlers,
  type HarnessState,
  type LogLine,
} from './handlers.ts';
import { type Answer, invoke } from './invoke.ts';
import { authorizationQuery, ISSUER, locationOf, REDIRECT_URI, sealedRequestOf } from './requests.ts';
import { ScriptedIdp } from './scripted-idp.ts';

/** Registration, authorization, consent and callback in one process. */
export class AuthorizationHarness implements HarnessState {
  readonly clients = new MemoryClientStore();
  readonly transactions = new MemoryTransactionStore();
  readonly grants = new MemoryGrantStore();
  readonly keyRings = new MemoryKeyRingStore();
  readonly revokedGrants = new MemoryRevokedGrantStore();
  readonly tokenVault = new MemoryTokenVault();
  readonly consents = new MemoryConsentStore();
  readonly providers: ReadonlyMap<string, ScriptedIdp>;
  readonly logged: LogLine[] = [];
  /** What hosts of metadata documents answer, by URL; to anything else 404. */
  readonly documents = new Map<string, object | 'down'>();
  now = 1_800_000_000;
  readonly clock: Clock = () => this.now;
  readonly #handlers;

  constructor(options: AuthorizationHarnessOptions = {}) {
    const ids = options.providers ?? ['company'];
    this.providers = new Map(ids.map((id) => [id, new ScriptedIdp(id)]));
    this.#handlers = authorizationHandlers(this, options);
  }

  addClient(overrides: Partial<Client> = {}): Client {
    const client: Client = {
      clientId: 'gh_client_test',
      source: 'registered',
      clientName: 'Test client',
      redirectUris: [REDIRECT_URI],
      grantTypes: ['authorization_code', 'refresh_token'],
      tokenEndpointAuthMethods: ['none'],
      issuedAt: this.now,
      expiresAt: this.now + 97 * 86_400,
      ...overrides,
    };
    this.clients.rows.set(client.clientId, client);
    return client;
  }

  provider(id = 'company'): ScriptedIdp {
    const provider = this.providers.get(id);
    if (!provider) throw new Error(`no provider ${id} in this test`);
    return provider;
  }

  register(body: unknown, contentType = 'application/json', headers: Record<string, string> = {}): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return invoke(this.#handlers.register, {
      method: 'POST',
      path: '/register',
      headers: { 'content-type': contentType, ...headers },
      body: text,
    });
  }

  /** RFC 7592 §2: GET, PUT or DELETE of one registration. */
  configure(method: string, clientId: string, registrationAccessToken?: string, body?: unknown): Promise<Answer> {
    return invoke(this.#handlers.clientConfiguration, {
      method,
      path: `/register/${clientId}`,
      pathParameters: { client_id: clientId },
      headers: {
        ...(registrationAccessToken === undefined ? {} : { authorization: `Bearer ${registrationAccessToken}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  authorize(query: URLSearchParams, browser = new Browser(), headers: Record<string, string> = {}): Promise<Answer> {
    return browser.keep(
      invoke(this.#handlers.authorize, { path: '/authorize', query, headers: { ...browser.headers(), ...headers } }),
    );
  }

  consent(
    form: Readonly<Record<string, string>> | string,
    browser: Browser,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return browser.keep(
      invoke(this.#handlers.consent, {
        method: 'POST',
        path: '/consent',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: ISSUER,
          ...browser.headers(),
          ...headers,
        },
        body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
      }),
    );
  }

  callback(query: URLSearchParams, browser: Browser, idp = 'company'): Promise<Answer> {
    return browser.keep(
      invoke(this.#handlers.callback, {
        path: `/callback/${idp}`,
        pathParameters: { idp },
        query,
        headers: browser.headers(),
      }),
    );
  }

  connections(
    browser: Browser,
    form?: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const posted = {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: ISSUER,
        ...browser.headers(),
        ...headers,
      },
      body: new URLSearchParams(form).toString(),
    };
    const call = form === undefined ? { headers: { ...browser.headers(), ...headers } } : posted;
    return browser.keep(invoke(this.#handlers.connections, { path: '/connections', ...call }));
  }

  /** From the client's request to the redirect to the provider; resolves to the provider's URL. */
  async approve(
    browser: Browser,
    query = authorizationQuery(),
    form: Record<string, string> = { decision: 'approve' },
  ): Promise<URL> {
    const shown = await this.authorize(query, browser);
    const answer = await this.consent({ request: sealedRequestOf(shown), ...form }, browser);
    return locationOf(answer);
  }

  events(): string[] {
    return this.logged.map((line) => line.event);
  }
}
