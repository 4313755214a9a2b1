import { createHash, randomBytes } from 'node:crypto';
import type { User } from '../browser/user.ts';
import { ClientHttp } from '../client-programs/http.ts';
import { callWhoami, openMcp } from '../client-programs/mcp.ts';
import type { CloudAddress } from '../cloud/local-cloud.ts';
import { authenticate } from '../credentials/client-authentication.ts';
import { bearerChallenge } from '../http/challenge.ts';
import { callbackParameters, type JsonAnswer, type RegisteredClient } from '../http/oauth-requests.ts';
import type { ClientDocuments, ClientKey } from './documents.ts';
import { fillPlaceholders, missing } from './placeholders.ts';
import type { ClientProfile, ScopeSource } from './profile.ts';

// biome-ignore lint/suspicious/noExplicitAny: a client reads JSON of any shape
type Json = any;

export interface Stage {
  readonly cloud: CloudAddress;
  readonly documents: ClientDocuments;
  /** Secrets of pre-registered clients. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Plays a profile, one step after the other, and keeps what it saw for its `insists`. */
export class PlayedClient {
  readonly profile: ClientProfile;
  readonly cloud: CloudAddress;
  readonly http: ClientHttp;
  readonly port = 49_152 + Math.floor(Math.random() * 16_000);
  #stage: Stage;
  #key: ClientKey | undefined;
  #codeVerifier = '';
  /** Parameters of the challenge, none where it does not look at it. */
  challenge: Readonly<Record<string, string>> = {};
  resourceMetadata: Json;
  serverMetadata: Json;
  registration: JsonAnswer | undefined;
  client: RegisteredClient | undefined;
  /** Where the user was sent. */
  authorizationUrl: URL | undefined;
  /** The redirect as it came, nothing decoded. */
  redirect: URL | undefined;
  #tokens: Json;
  #refreshed: Json;

  constructor(profile: ClientProfile, stage: Stage) {
    this.profile = profile;
    this.cloud = stage.cloud;
    this.#stage = stage;
    this.http = new ClientHttp(profile);
  }

  /** Answer to the code. */
  get tokens(): Json {
    return this.#tokens ?? missing('token');
  }

  /** Answer to the refresh token. */
  get refreshed(): Json {
    return this.#refreshed ?? missing('refreshed token');
  }

  #fill<T>(template: T): T {
    const { origin, pathname } = new URL(this.cloud.mcpUrl);
    return fillPlaceholders(template, {
      origin,
      path: pathname,
      challenge: this.challenge.resource_metadata,
      server: this.resourceMetadata?.authorization_servers[0],
      port: String(this.port),
    });
  }

  /** RFC 9728 §5.1. */
  async meetChallenge(): Promise<JsonAnswer> {
    const answer = await openMcp(this.http, this.profile, this.cloud.mcpUrl);
    if (answer.headers.has('www-authenticate')) this.challenge = bearerChallenge(answer.headers);
    return answer;
  }

  async discover(): Promise<void> {
    const { resource, server } = this.profile.discovery;
    this.resourceMetadata = await this.#probe(resource);
    this.serverMetadata = await this.#probe(server);
  }

  /** The first document that is there. */
  async #probe(templates: readonly string[]): Promise<Json> {
    let found: Json;
    for (const template of templates) {
      const place = this.#fill(template);
      const { status, body } = await this.http.send(place, { headers: this.profile.discovery.headers });
      // The TypeScript SDK stops at a 5xx, and continues after any 4xx.
      if (status >= 500) throw new Error(`${place} answered ${status}`);
      if (status === 200) found ??= body;
      if (found !== undefined && !this.profile.discovery.asksAll) break;
    }
    return found;
  }

  /** What the metadata says, or what a client of 2025-03-26 guesses. */
  #endpoint(name: 'authorization' | 'token' | 'registration' | 'revocation'): string {
    const guesses = { authorization: 'authorize', token: 'token', registration: 'register', revocation: 'revoke' };
    const guess = `${this.cloud.origin}/${guesses[name]}`;
    return this.profile.discovery.server.length === 0 ? guess : this.serverMetadata?.[`${name}_endpoint`];
  }

  /** Gets a client id in the profile's way. */
  async identify(): Promise<void> {
    const { identification } = this.profile;
    switch (identification.kind) {
      case 'registration': {
        const request = this.#fill(identification.request);
        for (let time = 0; time < (identification.times ?? 1); time += 1) {
          this.registration = await this.http.postJson(this.#endpoint('registration'), request);
        }
        if (this.registration?.status !== 201) throw new Error(`registration: ${shown(this.registration)}`);
        this.client = this.registration.body;
        return;
      }
      case 'document': {
        const { documents } = this.#stage;
        const clientId = documents.urlOf(identification.url);
        const { jwksUrl } = identification;
        if (jwksUrl !== undefined) this.#key = await documents.keyAt(jwksUrl);
        const jwks = jwksUrl === undefined ? {} : { jwks_uri: documents.urlOf(jwksUrl) };
        documents.publish(identification.url, { client_id: clientId, ...identification.document, ...jwks });
        this.client = { client_id: clientId };
        return;
      }
      case 'configured': {
        const secret = this.#stage.secrets?.[identification.clientId];
        this.client = {
          client_id: identification.clientId,
          ...(secret === undefined ? {} : { client_secret: secret }),
        };
      }
    }
  }

  #scope(): string | undefined {
    const { scope, offlineAccess } = this.profile.authorization;
    const named: Readonly<Record<ScopeSource, string | undefined>> = {
      challenge: this.challenge.scope,
      resource: this.resourceMetadata?.scopes_supported?.join(' '),
      server: this.serverMetadata?.scopes_supported?.join(' '),
    };
    const chosen = scope.map((source) => named[source]).find((scopes) => scopes !== undefined);
    const adds = offlineAccess && this.serverMetadata?.scopes_supported?.includes('offline_access');
    return chosen !== undefined && adds ? `${chosen} offline_access` : chosen;
  }

  #resources(): string[] {
    const fromMetadata: string | undefined = this.resourceMetadata?.resource;
    switch (this.profile.authorization.resource) {
      case 'metadata':
        return fromMetadata === undefined ? [] : [fromMetadata];
      case 'url':
        return [this.cloud.mcpUrl];
      case 'twice':
        return [this.cloud.mcpUrl, fromMetadata ?? this.cloud.mcpUrl];
      case 'omitted':
        return [];
    }
  }

  /** Sends a user to the authorization endpoint, and takes the redirect. */
  async authorize(user: User): Promise<URLSearchParams> {
    const { authorization } = this.profile;
    this.#codeVerifier = randomBytes(32).toString('base64url');
    const state = authorization.state ?? randomBytes(16).toString('base64url');
    const url = new URL(this.#endpoint('authorization'));
    const parameters = new URLSearchParams({
      response_type: 'code',
      client_id: this.#client().client_id,
      redirect_uri: this.#fill(authorization.redirectUri),
      code_challenge: createHash('sha256').update(this.#codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
      state,
      ...authorization.parameters,
    });
    const scope = this.#scope();
    if (scope !== undefined) parameters.set('scope', scope);
    if (authorization.offlineAccess && scope?.split(' ').includes('offline_access'))
      parameters.set('prompt', 'consent');
    for (const resource of this.#resources()) parameters.append('resource', resource);
    for (const [name, value] of parameters) url.searchParams.append(name, value);
    if (authorization.plainUrls) url.search = url.search.replaceAll('%3A', ':').replaceAll('%2F', '/');
    this.authorizationUrl = url;

    const seen = await user.signIn(url);
    const answer = callbackParameters(seen);
    this.redirect = seen.left;
    if (!seen.left?.href.startsWith(this.#fill(authorization.redirectUri))) {
      throw new Error(`the answer went to ${seen.left?.href.split('?')[0]}`);
    }
    if (answer.get('state') !== state) throw new Error('the state did not come back');
    return answer;
  }

  async redeem(code: string): Promise<JsonAnswer> {
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.#fill(this.profile.authorization.redirectUri),
      code_verifier: this.#codeVerifier,
    });
    if (this.profile.token.resource) for (const resource of this.#resources()) form.append('resource', resource);
    const answer = await this.#postAuthenticated('token', form);
    if (answer.status === 200) this.#tokens = answer.body;
    return answer;
  }

  whoami(accessToken: string): Promise<JsonAnswer> {
    return callWhoami(this.http, this.profile, this.cloud.mcpUrl, accessToken);
  }

  async refresh(refreshToken: string): Promise<JsonAnswer> {
    const { refreshResource, refreshScope } = this.profile.token;
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken });
    if (refreshResource) for (const resource of this.#resources()) form.append('resource', resource);
    if (refreshScope) form.set('scope', this.#scope() ?? '');
    const answer = await this.#postAuthenticated('token', form);
    if (answer.status === 200) this.#refreshed = answer.body;
    return answer;
  }

  /** RFC 7009. Few clients do it when the user disconnects; all of them could. */
  revoke(token: string): Promise<JsonAnswer> {
    return this.#postAuthenticated('revocation', new URLSearchParams({ token }));
  }

  async #postAuthenticated(endpoint: 'token' | 'revocation', form: URLSearchParams): Promise<JsonAnswer> {
    const headers = await authenticate(this.profile.token.method, form, this.#client(), () =>
      // The audience is the token endpoint also at /revoke (OpenID Connect Core §9).
      (this.#key ?? missing('key')).assertion(this.#client().client_id, this.#endpoint('token')),
    );
    return this.http.postForm(this.#endpoint(endpoint), form, headers);
  }

  #client(): RegisteredClient {
    return this.client ?? missing('client id');
  }
}

const shown = (answer: JsonAnswer | undefined): string => `${answer?.status} ${JSON.stringify(answer?.body)}`;
