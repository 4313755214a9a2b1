import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  type ClientAuth,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import { findClaims, type NeededClaims } from '../../../core/upstream/claims.ts';
import { UpstreamError } from '../../../core/upstream/errors.ts';
import type { UpstreamIdentity } from '../../../core/upstream/identity.ts';
import type { IdentityProviderKind, TokenEndpointAuthentication } from '../../../core/upstream/provider-kinds.ts';
import { OIDC_PRESETS, type OidcPreset } from '../../../core/upstream/provider-presets.ts';
import type { UpstreamTokens } from '../../../core/upstream/session.ts';
import { withoutUndefined } from '../../../core/without-undefined.ts';
import type {
  AuthorizationUrlOptions,
  Clock,
  RenewedLogin,
  UpstreamIdp,
  UpstreamLeg,
  UpstreamLogin,
} from '../../ports/index.ts';
import { timeLimitMs } from '../../time-limits.ts';
import { parseAuthorizationResponse } from './authorization-response.ts';
import { boundedFetch, IDENTIFY_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './bounded-fetch.ts';
import { ClientAuthentication } from './client-auth.ts';
import type { UpstreamCredentials, UpstreamCredentialsReader } from './credentials.ts';
import { isLocalIssuer, UpstreamDiscovery } from './discovery.ts';
import { lacksClaims, toUpstreamIdentity, withKnownContact } from './oidc-identity.ts';
import { CLOCK_TOLERANCE_SECONDS, OidcTokenResponse, type RequestOptions, signerOf } from './oidc-token-response.ts';
import { toRenewalFault, toUpstreamFault } from './upstream-faults.ts';

export interface OidcSettings {
  readonly id: string;
  readonly kind: Exclude<IdentityProviderKind, 'github'>;
  readonly issuer: string;
  readonly scopes: readonly string[];
  /** The claims that rules read. */
  readonly claims: NeededClaims;
  /** Our callback as registered at the provider: the same for all clients. */
  readonly redirectUri: string;
  /** Whether to request a refresh token, in the way that this kind of provider needs. */
  readonly isOffline?: boolean;
  /** @default Basic, and then the body if the provider refuses Basic and lists both */
  readonly tokenEndpointAuthentication?: TokenEndpointAuthentication | undefined;
}

/** A strict relying party for any OpenID provider (OpenID Connect Core §3.1). */
export class OidcIdentityProvider implements UpstreamIdp {
  readonly #settings: OidcSettings;
  readonly #preset: OidcPreset;
  readonly #credentials: UpstreamCredentialsReader;
  readonly #authentication: ClientAuthentication;
  readonly #discovery: UpstreamDiscovery;
  readonly #now: Clock;

  constructor(settings: OidcSettings, credentials: UpstreamCredentialsReader, now: Clock) {
    this.#settings = settings;
    this.#preset = OIDC_PRESETS[settings.kind];
    this.#credentials = credentials;
    this.#authentication = new ClientAuthentication(credentials, settings.tokenEndpointAuthentication);
    this.#discovery = new UpstreamDiscovery(settings.issuer, now);
    this.#now = now;
  }

  async authorizationUrl(leg: UpstreamLeg, options: AuthorizationUrlOptions = {}): Promise<URL> {
    const [server, { clientId }] = await this.#prepared();
    const { scopes, isOffline, redirectUri } = this.#settings;
    const offline =
      isOffline && !options.identityOnly
        ? offlineRequest(this.#preset, server)
        : { scopes: [], prompts: [], parameters: {} };
    const prompts = [...(options.selectAccount ? [this.#preset.accountPrompt] : []), ...offline.prompts];
    const url = new URL(server.authorization_endpoint ?? '');
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: [...new Set([...scopes, ...offline.scopes])].join(' '),
      state: leg.state,
      nonce: leg.nonce,
      code_challenge: await calculatePKCECodeChallenge(leg.codeVerifier),
      code_challenge_method: 'S256',
      ...(prompts.length > 0 ? { prompt: prompts.join(' ') } : {}),
      ...offline.parameters,
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url;
  }

  async prepare(): Promise<void> {
    await this.#prepared();
  }

  async identify(callbackParameters: URLSearchParams, leg: UpstreamLeg): Promise<UpstreamLogin> {
    const [server, credentials] = await this.#prepared();
    const options = this.#requestOptions();
    try {
      const answer = await this.#authentication.use(server, credentials, (clientId, auth) =>
        this.#redeem(server, clientOf(clientId), auth, callbackParameters, leg, options),
      );
      const idToken = await answer.verifiedIdToken(this.#now());
      if (!idToken) throw new UpstreamError('rejected', 'the token response has no ID token');
      const isComplete =
        !this.#asksUserInfo(server) || !lacksClaims(idToken, this.#settings.scopes, this.#settings.claims);
      const userInfo = isComplete ? undefined : await answer.userInfo(idToken.sub);
      const identity = toUpstreamIdentity({ ...this.#settings, preset: this.#preset }, idToken, userInfo);
      const foundClaims = findClaims(this.#settings.claims, idToken, userInfo);
      return { identity, tokens: this.#tokensOf(answer.tokens), foundClaims };
    } catch (error) {
      throw toUpstreamFault(error);
    }
  }

  async renew(tokens: UpstreamTokens, known: UpstreamIdentity): Promise<RenewedLogin> {
    const [server, credentials] = await this.#prepared();
    const { refreshToken } = tokens;
    if (refreshToken === undefined) throw new UpstreamError('misconfigured', 'the provider issued no refresh token');
    const options = this.#requestOptions();
    try {
      const answer = await this.#authentication.use(server, credentials, (clientId, auth) =>
        this.#refresh(server, clientOf(clientId), auth, refreshToken, options),
      );
      return {
        // RFC 6749 §6: if the provider issues no new refresh token, the old one stays valid.
        tokens: { refreshToken, ...this.#tokensOf(answer.tokens) },
        identify: () => this.#identifyAnew(server, answer, known),
      };
    } catch (error) {
      throw toRenewalFault(error);
    }
  }

  /** OpenID Connect Core §12.2: the ID token is optional after a refresh, and must be about the same user. */
  async #identifyAnew(
    server: AuthorizationServer,
    answer: OidcTokenResponse,
    known: UpstreamIdentity,
  ): Promise<UpstreamIdentity> {
    try {
      const idToken = await answer.verifiedIdToken(this.#now());
      const { scopes, claims } = this.#settings;
      const isComplete = !this.#asksUserInfo(server) || (idToken && !lacksClaims(idToken, scopes, claims));
      const userInfo = isComplete ? undefined : await answer.userInfo();
      const source = idToken ?? (userInfo && { ...userInfo, iss: known.issuer });
      if (source === undefined) return known;
      const identity = toUpstreamIdentity({ ...this.#settings, preset: this.#preset }, source, userInfo);
      const subjects = [identity.subject, userInfo?.sub ?? identity.subject];
      if (identity.issuer !== known.issuer || subjects.some((subject) => subject !== known.subject)) {
        throw new UpstreamError('denied', 'the provider answered with another user');
      }
      return withKnownContact(identity, known, [source, userInfo]);
    } catch (error) {
      throw toUpstreamFault(error);
    }
  }

  async #redeem(
    server: AuthorizationServer,
    client: Client,
    auth: ClientAuth,
    callbackParameters: URLSearchParams,
    leg: UpstreamLeg,
    options: RequestOptions,
  ): Promise<OidcTokenResponse> {
    const parameters = parseAuthorizationResponse(server, client, callbackParameters, leg.state); // iss: RFC 9207
    const response = await authorizationCodeGrantRequest(
      server,
      client,
      auth,
      parameters,
      this.#settings.redirectUri,
      leg.codeVerifier,
      options,
    );
    const signer = await signerOf(this.#settings.issuer, server, response);
    const tokens = await processAuthorizationCodeResponse(signer, client, response, {
      expectedNonce: leg.nonce,
      requireIdToken: true,
    });
    return new OidcTokenResponse({ issuer: this.#settings.issuer, server, client, options, response, tokens });
  }

  async #refresh(
    server: AuthorizationServer,
    client: Client,
    auth: ClientAuth,
    refreshToken: string,
    options: RequestOptions,
  ): Promise<OidcTokenResponse> {
    const response = await refreshTokenGrantRequest(server, client, auth, refreshToken, options);
    const signer = await signerOf(this.#settings.issuer, server, response);
    const tokens = await processRefreshTokenResponse(signer, client, response);
    return new OidcTokenResponse({ issuer: this.#settings.issuer, server, client, options, response, tokens });
  }

  #asksUserInfo(server: AuthorizationServer): boolean {
    return this.#preset.asksUserInfo && server.userinfo_endpoint !== undefined;
  }

  #tokensOf(tokens: TokenEndpointResponse): UpstreamTokens {
    const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresInSeconds } = tokens;
    return withoutUndefined({
      accessToken,
      accessTokenExpiresAt: expiresInSeconds === undefined ? undefined : this.#now() + expiresInSeconds,
      refreshToken,
    });
  }

  #requestOptions(): RequestOptions {
    return {
      signal: AbortSignal.timeout(timeLimitMs(IDENTIFY_TIMEOUT_MS)),
      [customFetch]: boundedFetch(REQUEST_TIMEOUT_MS),
      [allowInsecureRequests]: isLocalIssuer(this.#settings.issuer),
    };
  }

  #prepared(): Promise<[AuthorizationServer, UpstreamCredentials]> {
    return Promise.all([this.#discovery.read(), this.#credentials.read()]);
  }
}

const clientOf = (clientId: string): Client => ({
  client_id: clientId,
  [clockTolerance]: CLOCK_TOLERANCE_SECONDS,
});

/** How to request a refresh token. Omits the scope if the provider lists its scopes without it. */
const offlineRequest = ({ offline }: OidcPreset, { scopes_supported: known }: AuthorizationServer) => {
  const isKnown = offline.scope !== undefined && (known === undefined || known.includes(offline.scope));
  return {
    scopes: offline.scope !== undefined && isKnown ? [offline.scope] : [],
    prompts: offline.prompt === undefined ? [] : [offline.prompt],
    parameters: offline.parameters ?? {},
  };
};
