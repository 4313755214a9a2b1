import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  getValidatedIdTokenClaims,
  type IDToken,
  processAuthorizationCodeResponse,
  processUserInfoResponse,
  userInfoRequest,
  validateApplicationLevelSignature,
  validateAuthResponse,
} from 'oauth4webapi';
import type { UpstreamIdentity } from '../../core/grant.ts';
import {
  documentIssuer,
  type IdentityProviderKind,
  OIDC_PRESETS,
  type OidcPreset,
  tokenIssuer,
} from '../../core/identity-provider-presets.ts';
import { UpstreamError } from '../../core/upstream-error.ts';
import type { Clock, UpstreamIdp, UpstreamLeg } from '../../ports.ts';
import { type BoundedFetch, boundedFetch, IDENTIFY_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './bounded-fetch.ts';
import { type UpstreamCredentials, type UpstreamCredentialsReader, withFreshSecret } from './credentials.ts';
import { isLocalIssuer, UpstreamDiscovery } from './discovery.ts';
import { lacksClaims, toUpstreamIdentity } from './oidc-identity.ts';
import { isClientRefused, toUpstreamFault } from './upstream-faults.ts';

const CLOCK_TOLERANCE_SECONDS = 60;

export interface OidcSettings {
  readonly id: string;
  readonly kind: Exclude<IdentityProviderKind, 'github'>;
  readonly issuer: string;
  readonly scopes: readonly string[];
  /** Names of the claims that rules look at. */
  readonly claims: readonly string[];
  /** Where the provider sends people back to: registered there, and the same for every client of ours. */
  readonly redirectUri: string;
}

interface RequestOptions {
  readonly signal: AbortSignal;
  readonly [customFetch]: BoundedFetch;
  readonly [allowInsecureRequests]: boolean;
}

/** A token answer whose ID token has passed every check but its signature. */
interface Login {
  readonly client: Client;
  readonly answer: Response;
  readonly idToken: IDToken;
  readonly accessToken: string;
}

/** Any OpenID provider, as a strict relying party (OpenID Connect Core §3.1). */
export class OidcIdentityProvider implements UpstreamIdp {
  private readonly settings: OidcSettings;
  private readonly preset: OidcPreset;
  private readonly credentials: UpstreamCredentialsReader;
  private readonly discovery: UpstreamDiscovery;
  private readonly now: Clock;

  constructor(settings: OidcSettings, credentials: UpstreamCredentialsReader, now: Clock) {
    this.settings = settings;
    this.preset = OIDC_PRESETS[settings.kind];
    this.credentials = credentials;
    this.discovery = new UpstreamDiscovery(settings.issuer, now);
    this.now = now;
  }

  async authorizationUrl(leg: UpstreamLeg, options: { selectAccount?: boolean } = {}): Promise<URL> {
    const [{ authorization_endpoint: endpoint = '' }, { clientId }] = await this.prepared();
    const url = new URL(endpoint);
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: this.settings.redirectUri,
      scope: this.settings.scopes.join(' '),
      state: leg.state,
      nonce: leg.nonce,
      code_challenge: await calculatePKCECodeChallenge(leg.codeVerifier),
      code_challenge_method: 'S256',
      ...(options.selectAccount ? { prompt: this.preset.accountPrompt } : {}),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url;
  }

  async prepare(): Promise<void> {
    await this.prepared();
  }

  async identify(callbackParameters: URLSearchParams, leg: UpstreamLeg): Promise<UpstreamIdentity> {
    const [server, credentials] = await this.prepared();
    const options = {
      signal: AbortSignal.timeout(IDENTIFY_TIMEOUT_MS),
      [customFetch]: boundedFetch(REQUEST_TIMEOUT_MS),
      [allowInsecureRequests]: isLocalIssuer(this.settings.issuer),
    };
    try {
      const login = await withFreshSecret(this.credentials, credentials, isClientRefused, (current) =>
        this.redeem(server, current, callbackParameters, leg, options),
      );
      // TLS vouches for the answer (OpenID Connect Core §3.1.3.7 step 6); the signature vouches for who made it.
      await validateApplicationLevelSignature(server, login.answer, options);
      this.assertIssuedByNow(login.idToken);
      const isAsked = this.preset.asksUserInfo && server.userinfo_endpoint !== undefined;
      const isComplete = !isAsked || !lacksClaims(login.idToken, this.settings.scopes, this.settings.claims);
      const userInfo = isComplete ? undefined : await readUserInfo(server, login, options);
      return toUpstreamIdentity({ ...this.settings, preset: this.preset }, login.idToken, userInfo);
    } catch (error) {
      throw toUpstreamFault(error);
    }
  }

  private async redeem(
    server: AuthorizationServer,
    { clientId, clientSecret }: UpstreamCredentials,
    callbackParameters: URLSearchParams,
    leg: UpstreamLeg,
    options: RequestOptions,
  ): Promise<Login> {
    const client: Client = { client_id: clientId, [clockTolerance]: CLOCK_TOLERANCE_SECONDS };
    const parameters = validateAuthResponse(server, client, callbackParameters, leg.state); // iss: RFC 9207
    const answer = await authorizationCodeGrantRequest(
      server,
      client,
      clientAuth(server, clientSecret),
      parameters,
      this.settings.redirectUri,
      leg.codeVerifier,
      options,
    );
    const signer = await this.signerOf(server, answer);
    const tokens = await processAuthorizationCodeResponse(signer, client, answer, {
      expectedNonce: leg.nonce,
      requireIdToken: true,
    });
    const idToken = getValidatedIdTokenClaims(tokens);
    if (!idToken) throw new UpstreamError('rejected', 'the answer holds no ID token');
    return { client, answer, idToken, accessToken: tokens.access_token };
  }

  /** The server as the ID token must name it: a provider for many tenants signs as the person's own (catalogue #149). */
  private async signerOf(server: AuthorizationServer, answer: Response): Promise<AuthorizationServer> {
    const { issuer } = this.settings;
    if (documentIssuer(issuer) === issuer) return server;
    const issuerOfToken = tokenIssuer(issuer, await unverifiedClaims(answer));
    return issuerOfToken === undefined ? server : { ...server, issuer: issuerOfToken };
  }

  /** A token from the future was made by a broken clock or a forger (catalogue #152). */
  private assertIssuedByNow(idToken: IDToken): void {
    if (idToken.iat > this.now() + CLOCK_TOLERANCE_SECONDS) {
      throw new UpstreamError('rejected', 'the ID token was issued in the future');
    }
  }

  private prepared(): Promise<[AuthorizationServer, UpstreamCredentials]> {
    return Promise.all([this.discovery.read(), this.credentials.read()]);
  }
}

/** What the ID token says, for finding out how it is to be verified. */
const unverifiedClaims = async (answer: Response): Promise<Readonly<Record<string, unknown>>> => {
  try {
    const { id_token: idToken } = Object(await answer.clone().json());
    return Object(JSON.parse(Buffer.from(String(idToken).split('.')[1] ?? '', 'base64url').toString()));
  } catch {
    return {}; // refused for what it is when it is read for good
  }
};

/** OpenID Connect Core §5.3: about the same person as the ID token (§5.3.2), or refused. */
const readUserInfo = async (server: AuthorizationServer, login: Login, options: RequestOptions) => {
  const answer = await userInfoRequest(server, login.client, login.accessToken, options);
  if (answer.status === 401)
    throw new UpstreamError('rejected', 'userinfo refused the access token of this very login');
  return await processUserInfoResponse(server, login.client, login.idToken.sub, answer);
};

/** Basic unless the provider takes the secret in the body only (OpenID Connect Discovery §3: Basic is the default). */
const clientAuth = (server: AuthorizationServer, clientSecret: string): ClientAuth => {
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const isPostOnly = methods.includes('client_secret_post') && !methods.includes('client_secret_basic');
  return isPostOnly ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret);
};
