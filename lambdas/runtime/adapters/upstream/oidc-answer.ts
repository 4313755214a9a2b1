import {
  type AuthorizationServer,
  type allowInsecureRequests,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type customFetch,
  getValidatedIdTokenClaims,
  type IDToken,
  processUserInfoResponse,
  skipSubjectCheck,
  type TokenEndpointResponse,
  type UserInfoResponse,
  userInfoRequest,
  validateApplicationLevelSignature,
} from 'oauth4webapi';
import { UpstreamError } from '../../../core/upstream/errors.ts';
import { documentIssuer, tokenIssuer } from '../../../core/upstream/provider-presets.ts';
import type { BoundedFetch } from './bounded-fetch.ts';

export const CLOCK_TOLERANCE_SECONDS = 60;

export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly [customFetch]: BoundedFetch;
  readonly [allowInsecureRequests]: boolean;
}

interface Parts {
  /** As configured; of a provider for many tenants, none of them. */
  readonly issuer: string;
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly options: RequestOptions;
  readonly response: Response;
  readonly tokens: TokenEndpointResponse;
}

/** A token answer whose ID token, where it has one, has passed every check but its signature. */
export class OidcAnswer {
  readonly tokens: TokenEndpointResponse;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.tokens = parts.tokens;
  }

  /** @param now epoch seconds */
  async verifiedIdToken(now: number): Promise<IDToken | undefined> {
    const { issuer, server, response, options } = this.#parts;
    const idToken = getValidatedIdTokenClaims(this.tokens);
    if (idToken === undefined) return undefined;
    // Without a tenant the template itself would be left to compare with.
    if (tokenIssuer(issuer, idToken) !== idToken.iss) {
      throw new UpstreamError('rejected', 'the ID token names no tenant');
    }
    // TLS vouches for the answer (OpenID Connect Core §3.1.3.7 step 6); the signature vouches for who made it.
    await validateApplicationLevelSignature(server, response, options);
    // A token from the future was made by a broken clock or a forger (catalogue #152).
    if (idToken.iat > now + CLOCK_TOLERANCE_SECONDS) {
      throw new UpstreamError('rejected', 'the ID token was issued in the future');
    }
    return idToken;
  }

  /** OpenID Connect Core §5.3. @param subject whom it has to be about (§5.3.2); undefined: whoever asks looks at that */
  async userInfo(subject?: string): Promise<UserInfoResponse> {
    const { server, client, options } = this.#parts;
    const response = await userInfoRequest(server, client, this.tokens.access_token, options);
    if (response.status === 401) {
      throw new UpstreamError('rejected', 'userinfo refused the access token that came just before');
    }
    return await processUserInfoResponse(server, client, subject ?? skipSubjectCheck, response);
  }
}

/** The server as the ID token must name it: a provider for many tenants signs as the person's own (catalogue #149). */
export const signerOf = async (
  issuer: string,
  server: AuthorizationServer,
  response: Response,
): Promise<AuthorizationServer> => {
  if (documentIssuer(issuer) === issuer) return server;
  const issuerOfToken = tokenIssuer(issuer, await unverifiedClaims(response));
  return issuerOfToken === undefined ? server : { ...server, issuer: issuerOfToken };
};

/** What the ID token says, for finding out how it is to be verified. */
const unverifiedClaims = async (response: Response): Promise<Readonly<Record<string, unknown>>> => {
  try {
    const { id_token: idToken } = Object(await response.clone().json());
    return Object(JSON.parse(Buffer.from(String(idToken).split('.')[1] ?? '', 'base64url').toString()));
  } catch {
    return {}; // refused for what it is when it is read for good
  }
};

/** Basic unless the provider takes the secret in the body only (OpenID Connect Discovery §3: Basic is the default). */
export const clientAuth = (server: AuthorizationServer, clientSecret: string): ClientAuth => {
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const isPostOnly = methods.includes('client_secret_post') && !methods.includes('client_secret_basic');
  return isPostOnly ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret);
};
