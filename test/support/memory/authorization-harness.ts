import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { authorizeHandler } from '../../../lambdas/authorize/handler.ts';
import { callbackHandler } from '../../../lambdas/callback/handler.ts';
import { clientConfigurationHandler } from '../../../lambdas/client-configuration/handler.ts';
import { connectionsHandler } from '../../../lambdas/connections/handler.ts';
import { consentHandler } from '../../../lambdas/consent/handler.ts';
import type { AccessConditions, AccessRules } from '../../../lambdas/core/authorization/access-rules.ts';
import type { ScopeDefinitions } from '../../../lambdas/core/authorization/scopes.ts';
import type { Client } from '../../../lambdas/core/clients/client.ts';
import type { DocumentHosts } from '../../../lambdas/core/clients/document-policy.ts';
import { SESSION_SECONDS } from '../../../lambdas/core/grants/connections-session.ts';
import type { UpstreamIdentity } from '../../../lambdas/core/upstream/identity.ts';
import type { UpstreamTokens } from '../../../lambdas/core/upstream/session.ts';
import { registerHandler } from '../../../lambdas/register/handler.ts';
import {
  rememberedBrowserSealer,
  requestSealer,
  sessionSealer,
} from '../../../lambdas/runtime/adapters/sealing/sealers.ts';
import { sealingKey } from '../../../lambdas/runtime/adapters/secrets-manager/sealing-keys.ts';
import { endpoint } from '../../../lambdas/runtime/http/endpoint.ts';
import { errorPage } from '../../../lambdas/runtime/pages/message-page.ts';
import { siteOf } from '../../../lambdas/runtime/pages/site.ts';
import type {
  Clock,
  GuardedFetch,
  SealingKeys,
  UpstreamIdp,
  UpstreamLeg,
  UpstreamLogin,
} from '../../../lambdas/runtime/ports/index.ts';
import { ClientDocuments } from '../../../lambdas/runtime/services/client-documents.ts';
import { LayeredClientResolver } from '../../../lambdas/runtime/services/client-resolver.ts';
import { ConsentMemory } from '../../../lambdas/runtime/services/consent-memory.ts';
import { FetchBudget } from '../../../lambdas/runtime/services/fetch-budget.ts';
import type { Configuration } from '../../../lib/config/configuration.ts';
import { themeSettings } from '../../../lib/config/theme.ts';
import { formsOf } from '../http/html-form.ts';
import {
  MemoryClientStore,
  MemoryConsentStore,
  MemoryGrantStore,
  MemoryKeyRingStore,
  MemoryTransactionStore,
} from './memory-stores.ts';
import { MemoryTokenVault } from './memory-vault.ts';

// Registration, authorization, consent and callback in one process: real flows and sealing, doubles for the rest.

export const ISSUER = 'https://gate.example.com';
export const CODE_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'; // RFC 7636 App. B
export const REDIRECT_URI = 'https://client.example.com/callback';

export const PERSON: UpstreamIdentity = {
  identityProviderId: 'company',
  issuer: 'https://login.example.com',
  subject: 'person-1',
  email: 'ada@example.com',
  emailVerified: true,
  name: 'Ada Lovelace',
};

/** An identity provider that answers as it is told, and remembers what it was asked. */
export class ScriptedIdp implements UpstreamIdp {
  readonly id: string;
  readonly redeemed: string[] = [];
  answer: () => UpstreamIdentity;
  tokens: UpstreamTokens = {};
  onPrepare: () => void = () => undefined;

  constructor(id: string) {
    this.id = id;
    this.answer = () => ({ ...PERSON, identityProviderId: id });
  }

  async authorizationUrl(leg: UpstreamLeg, options: { selectAccount?: boolean } = {}): Promise<URL> {
    const url = new URL(`https://${this.id}.idp.example/authorize`);
    url.searchParams.set('state', leg.state);
    if (options.selectAccount) url.searchParams.set('prompt', 'select_account');
    return url;
  }

  async prepare(): Promise<void> {
    this.onPrepare();
  }

  async identify(parameters: URLSearchParams): Promise<UpstreamLogin> {
    this.redeemed.push(parameters.get('code') ?? '');
    return { identity: this.answer(), tokens: this.tokens };
  }

  async renew(): Promise<never> {
    throw new Error('nobody is asked again here');
  }
}

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
  readonly rememberConsent?: boolean;
  /** Whether clients may come with a metadata document. */
  readonly advertise?: boolean;
  readonly theme?: Configuration['theme'];
  /** Provider id → what people call it. */
  readonly displayNames?: Readonly<Record<string, string>>;
}

export interface LogLine {
  readonly event: string;
  readonly [field: string]: unknown;
}

export class AuthorizationHarness {
  readonly clients = new MemoryClientStore();
  readonly transactions = new MemoryTransactionStore();
  readonly grants = new MemoryGrantStore();
  readonly keyRings = new MemoryKeyRingStore();
  readonly tokenVault = new MemoryTokenVault();
  readonly consents = new MemoryConsentStore();
  readonly providers: ReadonlyMap<string, ScriptedIdp>;
  readonly logged: LogLine[] = [];
  /** What hosts of metadata documents answer, by URL; to anything else 404. */
  readonly documents = new Map<string, object | 'down'>();
  now = 1_800_000_000;
  readonly clock: Clock = () => this.now;
  readonly #flows;

  constructor(options: AuthorizationHarnessOptions = {}) {
    const ids = options.providers ?? ['company'];
    this.providers = new Map(ids.map((id) => [id, new ScriptedIdp(id)]));
    const key = sealingKey('a sealing secret');
    const sealingKeys: SealingKeys = {
      current: async () => key,
      find: async (id) => (id === key.id ? key : undefined),
    };
    const sealer = requestSealer(sealingKeys, 600);
    const identityProviders = new Map(
      [...this.providers].map(([id, idp]) => [
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
    const { clients, transactions, grants, clock: now } = this;
    const { hosts = {}, scopes = { mcp: { description: 'Use the tools of this server' }, extra: {} } } = options;
    const log = (event: string, fields: object = {}) => void this.logged.push({ event, ...fields });
    // What does not come over the network in these tests: the text of a metadata document, by its URL.
    const budget = new FetchBudget();
    const fetch: GuardedFetch = async (url) => {
      const document = this.documents.get(url);
      if (document === undefined) return { ok: false, kind: 'authoritative', reason: 'gone', detail: 'status 404' };
      if (document === 'down') return { ok: false, kind: 'unreachable', reason: 'timeout', detail: 'took too long' };
      return { ok: true, text: JSON.stringify(document), headers: { cacheControl: 'max-age=60' } };
    };
    const documents = new ClientDocuments({ fetch, now, log, budget, hosts });
    const resolver = new LayeredClientResolver({
      configured: new Map((options.configured ?? []).map((client) => [client.clientId, client])),
      store: clients,
      hosts,
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
      ? new ConsentMemory({ consents: this.consents, browsers: rememberedBrowserSealer(sealingKeys), log })
      : undefined;
    const page = { log, renderError: errorPage(site) };

    this.#flows = {
      register: endpoint(registerHandler({ ...shared }), { log, cors: true, refusalEvent: 'client_refused' }),
      clientConfiguration: endpoint(clientConfigurationHandler({ ...shared }), { log, cors: true }),
      authorize: endpoint(
        authorizeHandler({
          ...shared,
          clients: resolver,
          transactionSeconds: 600,
          remembered: consentMemory && { ...shared, consentMemory, keyRings: this.keyRings, transactionSeconds: 600 },
          identityProviders: [...identityProviders.values()],
          policy: {
            resources: (options.paths ?? ['/mcp']).map((path) => ({
              resource: `${ISSUER}${path}`,
              requiredScopes: options.requiredScopes ?? ['mcp'],
            })),
            scopes,
          },
        }),
        page,
      ),
      consent: endpoint(consentHandler({ ...shared, transactionSeconds: 600 }), page),
      connections: endpoint(
        connectionsHandler({
          ...shared,
          clients: resolver,
          grantDirectory: grants,
          keyRings: this.keyRings,
          sessions,
          consentMemory,
          scopes,
          transactionSeconds: 600,
          accessTokenSeconds: 3600,
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
          tokenVault: this.tokenVault,
        }),
        page,
      ),
    };
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

  register(body: unknown, contentType = 'application/json'): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return invoke(this.#flows.register, {
      method: 'POST',
      path: '/register',
      headers: { 'content-type': contentType },
      body: text,
    });
  }

  /** RFC 7592 §2: GET, PUT or DELETE of one registration. */
  configure(method: string, clientId: string, registrationAccessToken?: string, body?: unknown): Promise<Answer> {
    return invoke(this.#flows.clientConfiguration, {
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
      invoke(this.#flows.authorize, { path: '/authorize', query, headers: { ...browser.headers(), ...headers } }),
    );
  }

  consent(
    form: Readonly<Record<string, string>> | string,
    browser: Browser,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return browser.keep(
      invoke(this.#flows.consent, {
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
      invoke(this.#flows.callback, {
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
    return browser.keep(invoke(this.#flows.connections, { path: '/connections', ...call }));
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

/** One browser: its cookies, and the languages of whoever uses it. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly languages: string | undefined;

  /** @param languages what it sends as `Accept-Language` */
  constructor(languages?: string) {
    this.languages = languages;
  }

  headers(): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return {
      ...(cookie === '' ? {} : { cookie }),
      ...(this.languages === undefined ? {} : { 'accept-language': this.languages }),
    };
  }

  async keep(answer: Promise<Answer>): Promise<Answer> {
    for (const cookie of (await answer).cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (cookie.includes('Max-Age=0')) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string;
}

interface Call {
  readonly method?: string;
  readonly path: string;
  readonly pathParameters?: Record<string, string>;
  readonly query?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

type Handler = (event: APIGatewayProxyEvent, context: never) => Promise<APIGatewayProxyResult>;

/** Calls a wrapped endpoint with the event of a REST API's proxy integration. */
export const invoke = async (handler: unknown, call: Call): Promise<Answer> => {
  const query: Record<string, string[]> = {};
  for (const name of new Set(call.query?.keys() ?? [])) query[name] = call.query?.getAll(name) ?? [];
  const event = {
    httpMethod: call.method ?? 'GET',
    path: call.path,
    pathParameters: call.pathParameters ?? null,
    multiValueQueryStringParameters: query,
    multiValueHeaders: Object.fromEntries(
      Object.entries(call.headers ?? {}).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]),
    ),
    body: call.body ?? null,
    isBase64Encoded: false,
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayProxyEvent;
  const result = await (handler as Handler)(event, {} as never);
  return {
    status: result.statusCode,
    headers: Object.fromEntries(
      Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    cookies: (result.multiValueHeaders?.['set-cookie'] ?? []).map(String),
    body: result.body,
  };
};

export const authorizationQuery = (overrides: Readonly<Record<string, string | undefined>> = {}): URLSearchParams => {
  const query = new URLSearchParams();
  const parameters = {
    response_type: 'code',
    client_id: 'gh_client_test',
    redirect_uri: REDIRECT_URI,
    state: 'the state',
    code_challenge: CODE_CHALLENGE,
    code_challenge_method: 'S256',
    ...overrides,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.append(name, value);
  return query;
};

export const sealedRequestOf = (answer: Answer): string => {
  const sealed = formsOf(answer.body)[0]?.fields.request;
  if (sealed === undefined) throw new Error(`no consent form in the answer with status ${answer.status}`);
  return sealed;
};

export const locationOf = (answer: Answer): URL => {
  const { location } = answer.headers;
  if (location === undefined) throw new Error(`no Location in the answer with status ${answer.status}: ${answer.body}`);
  return new URL(location);
};

/** A sealed value that was tampered with: the first character of its last part, of which every bit counts, is another. */
export const withOneCharacterChanged = (sealed: string): string => {
  const start = sealed.lastIndexOf('.') + 1;
  return `${sealed.slice(0, start)}${sealed[start] === 'A' ? 'B' : 'A'}${sealed.slice(start + 1)}`;
};
