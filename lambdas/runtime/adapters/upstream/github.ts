import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  type ClientAuth,
  calculatePKCECodeChallenge,
  customFetch,
  processGenericTokenEndpointResponse,
  refreshTokenGrantRequest,
  type TokenEndpointRequestOptions,
} from 'oauth4webapi';
import { GITHUB_ORGANIZATIONS, GITHUB_TEAMS } from '../../../core/authorization/access-rules.ts';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { findClaims, keptClaims, type NeededClaims } from '../../../core/upstream/claims.ts';
import { OutcomeUnknownError, UpstreamError } from '../../../core/upstream/errors.ts';
import type { UpstreamIdentity } from '../../../core/upstream/identity.ts';
import type { TokenEndpointAuthentication } from '../../../core/upstream/provider-kinds.ts';
import { accessTokenState, type UpstreamTokens } from '../../../core/upstream/session.ts';
import { withoutUndefined } from '../../../core/without-undefined.ts';
import type { Clock, RenewedLogin, UpstreamIdp, UpstreamLeg, UpstreamLogin } from '../../ports/index.ts';
import { timeLimitMs } from '../../time-limits.ts';
import { parseAuthorizationResponse } from './authorization-response.ts';
import { type BoundedFetch, boundedFetch, IDENTIFY_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './bounded-fetch.ts';
import { ClientAuthentication } from './client-auth.ts';
import type { UpstreamCredentialsReader } from './credentials.ts';
import { isLocalIssuer } from './discovery.ts';
import { GithubRefusal, githubApi, readGithubUser } from './github-api.ts';
import { toRenewalFault, toUpstreamFault } from './upstream-faults.ts';

export interface GithubSettings {
  readonly id: string;
  /** `https://github.com`, or the origin of an Enterprise server. */
  readonly issuer: string;
  readonly scopes: readonly string[];
  /** `GITHUB_ORGANIZATIONS` and `GITHUB_TEAMS`, where a rule reads them; each costs a request. */
  readonly claims: NeededClaims;
  readonly redirectUri: string;
  /** @default the body, as GitHub documents it */
  readonly tokenEndpointAuthentication?: TokenEndpointAuthentication | undefined;
}

/** GitHub's error codes, and those of RFC 6749 §5.2 that mean the same. */
const ERROR_CODES: Readonly<Record<string, string>> = {
  incorrect_client_credentials: 'invalid_client',
  bad_verification_code: 'invalid_grant',
  bad_code_verifier: 'invalid_grant',
  bad_refresh_token: 'invalid_grant',
};

/** All requests of one login share one time limit. */
interface Requests {
  readonly fetch: BoundedFetch;
  readonly signal: AbortSignal;
}

type TokenRequest = (client: Client, auth: ClientAuth, options: TokenEndpointRequestOptions) => Promise<Response>;

const requestsOfOneLogin = (): Requests => ({
  fetch: boundedFetch(REQUEST_TIMEOUT_MS),
  signal: AbortSignal.timeout(timeLimitMs(IDENTIFY_TIMEOUT_MS)),
});

/** GitHub speaks OAuth without OpenID Connect. Its API identifies the user of the token that our own code exchange returned (#154). */
export class GithubIdentityProvider implements UpstreamIdp {
  readonly #settings: GithubSettings;
  readonly #credentials: UpstreamCredentialsReader;
  readonly #authentication: ClientAuthentication;
  readonly #server: AuthorizationServer;
  readonly #now: Clock;

  constructor(settings: GithubSettings, credentials: UpstreamCredentialsReader, now: Clock) {
    this.#settings = settings;
    this.#now = now;
    this.#credentials = credentials;
    this.#authentication = new ClientAuthentication(
      credentials,
      settings.tokenEndpointAuthentication ?? 'client_secret_post',
    );
    this.#server = {
      issuer: `${settings.issuer}/login/oauth`,
      authorization_endpoint: `${settings.issuer}/login/oauth/authorize`,
      token_endpoint: `${settings.issuer}/login/oauth/access_token`,
    };
  }

  async authorizationUrl(leg: UpstreamLeg, options: { selectAccount?: boolean } = {}): Promise<URL> {
    const { clientId } = await this.#credentials.read();
    const url = new URL(this.#server.authorization_endpoint ?? '');
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: this.#settings.redirectUri,
      scope: this.#settings.scopes.join(' '),
      state: leg.state,
      code_challenge: await calculatePKCECodeChallenge(leg.codeVerifier),
      code_challenge_method: 'S256',
      ...(options.selectAccount ? { prompt: 'select_account' } : {}),
    }).toString();
    return url;
  }

  async prepare(): Promise<void> {
    await this.#credentials.read();
  }

  async identify(callbackParameters: URLSearchParams, leg: UpstreamLeg): Promise<UpstreamLogin> {
    const requests = requestsOfOneLogin();
    try {
      const tokens = await this.#tokens(requests, async (client, auth, options) => {
        const parameters = parseAuthorizationResponse(
          this.#server,
          client,
          this.#checkedIssuer(callbackParameters),
          leg.state,
        );
        const { redirectUri } = this.#settings;
        const { codeVerifier } = leg;
        return authorizationCodeGrantRequest(
          this.#server,
          client,
          auth,
          parameters,
          redirectUri,
          codeVerifier,
          options,
        );
      });
      return { ...(await this.#read(tokens, requests)), tokens };
    } catch (error) {
      throw toUpstreamFault(error);
    }
  }

  /** Tokens of GitHub Apps expire and come with refresh tokens; tokens of OAuth Apps do not. */
  async renew(tokens: UpstreamTokens, known: UpstreamIdentity): Promise<RenewedLogin> {
    const { refreshToken } = tokens;
    const requests = requestsOfOneLogin();
    const isCurrent = refreshToken === undefined || accessTokenState(tokens, this.#now()) === 'fresh';
    const renewed = isCurrent
      ? tokens
      : await this.#tokens(requests, (client, auth, options) =>
          refreshTokenGrantRequest(this.#server, client, auth, refreshToken, options),
        ).catch((error: unknown) => {
          throw toRenewalFault(error);
        });
    return { tokens: renewed, identify: () => this.#identifyAnew(renewed, known, requests) };
  }

  async #identifyAnew(tokens: UpstreamTokens, known: UpstreamIdentity, requests: Requests) {
    try {
      const { identity } = await this.#read(tokens, requests);
      if (identity.subject !== known.subject)
        throw new UpstreamError('denied', 'the provider answered with another user');
      return identity;
    } catch (error) {
      if (error instanceof GithubRefusal) throw new UpstreamError('denied', error.message);
      throw toUpstreamFault(error);
    }
  }

  /** The tokens that the token endpoint issues for a code or a refresh token. */
  async #tokens(requests: Requests, send: TokenRequest): Promise<UpstreamTokens> {
    const credentials = await this.#credentials.read();
    return this.#authentication.use(this.#server, credentials, async (clientId, auth) => {
      const client: Client = { client_id: clientId };
      const response = await send(client, auth, {
        [customFetch]: requests.fetch,
        [allowInsecureRequests]: isLocalIssuer(this.#settings.issuer),
        signal: requests.signal,
      });
      const tokens = await processGenericTokenEndpointResponse(this.#server, client, await withProperStatus(response));
      const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresInSeconds } = tokens;
      return withoutUndefined({
        accessToken,
        accessTokenExpiresAt: expiresInSeconds === undefined ? undefined : this.#now() + expiresInSeconds,
        refreshToken,
      });
    });
  }

  async #read({ accessToken = '' }: UpstreamTokens, { fetch, signal }: Requests) {
    const { id, issuer, claims } = this.#settings;
    const wanted = {
      organizations: Object.hasOwn(claims, GITHUB_ORGANIZATIONS),
      teams: Object.hasOwn(claims, GITHUB_TEAMS),
    };
    const user = await readGithubUser(githubApi(issuer, accessToken, fetch, signal), wanted);
    const identity: UpstreamIdentity = withoutUndefined({
      identityProviderId: id,
      issuer,
      ...user,
      claims: keptClaims(claims, user.claims),
    });
    return { identity, foundClaims: findClaims(claims, user.claims) };
  }

  /** RFC 9207: accepts an `iss` with or without the path that GitHub's server identifier has. */
  #checkedIssuer(parameters: URLSearchParams): URLSearchParams {
    if (parameters.get('iss') !== this.#settings.issuer) return parameters;
    const checked = new URLSearchParams(parameters);
    checked.set('iss', this.#server.issuer);
    return checked;
  }
}

/** GitHub reports errors with status 200 and an `error` in the body. Gives such a response a proper status (#162). */
const withProperStatus = async (response: Response): Promise<Response> => {
  const fault = new Error(`the provider answered ${response.status}`);
  if (response.status === 429) throw new UnavailableError('the identity provider', fault);
  if (response.status >= 500) throw new OutcomeUnknownError('the identity provider', fault);
  if (response.status !== 200) return response;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const { error } = Object(body) as { error?: unknown };
  if (error === undefined) return response;
  if (error === 'redirect_uri_mismatch') {
    throw new UpstreamError('misconfigured', 'the provider has another callback URL for this client');
  }
  const code = ERROR_CODES[String(error)] ?? 'invalid_request';
  return Response.json({ error: code }, { status: code === 'invalid_client' ? 401 : 400 });
};
