import {
  type AuthorizationServer,
  type allowInsecureRequests,
  type Client,
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
  /** As configured; for a multi-tenant provider, the issuer without a tenant. */
  readonly issuer: string;
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly options: RequestOptions;
  readonly response: Response;
  readonly tokens: TokenEndpointResponse;
}

/** A token response. Its ID token, if there is one, has passed every check except the signature. */
export class OidcTokenResponse {
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
    // An ID token without a tenant would be compared with the configured template itself.
    if (tokenIssuer(issuer, idToken) !== idToken.iss) {
      throw new UpstreamError('rejected', 'the ID token has no tenant');
    }
    // TLS authenticates the response (OpenID Connect Core §3.1.3.7, step 6); the signature authenticates the issuer.
    await validateApplicationLevelSignature(server, response, options);
    // A token from the future comes from a broken clock or a forger (#152).
    if (idToken.iat > now + CLOCK_TOLERANCE_SECONDS) {
      throw new UpstreamError('rejected', 'the ID token was issued in the future');
    }
    return idToken;
  }

  /**
   * OpenID Connect Core §5.3.
   *
   * @param subject the expected subject (§5.3.2); undefined: the caller checks it
   */
  async userInfo(subject?: string): Promise<UserInfoResponse> {
    const { server, client, options } = this.#parts;
    const response = await userInfoRequest(server, client, this.tokens.access_token, options);
    if (response.status === 401) {
      throw new UpstreamError('rejected', 'userinfo refused the access token that the provider has just issued');
    }
    return await processUserInfoResponse(server, client, subject ?? skipSubjectCheck, response);
  }
}

/** The server that must have signed the ID token: a multi-tenant provider signs as the tenant of the user (#149). */
export const signerOf = async (
  issuer: string,
  server: AuthorizationServer,
  response: Response,
): Promise<AuthorizationServer> => {
  if (documentIssuer(issuer) === issuer) return server;
  const issuerOfToken = tokenIssuer(issuer, await unverifiedClaims(response));
  return issuerOfToken === undefined ? server : { ...server, issuer: issuerOfToken };
};

/** The claims of the ID token, only to find out how to verify it. */
const unverifiedClaims = async (response: Response): Promise<Readonly<Record<string, unknown>>> => {
  try {
    const { id_token: idToken } = Object(await response.clone().json());
    return Object(JSON.parse(Buffer.from(String(idToken).split('.')[1] ?? '', 'base64url').toString()));
  } catch {
    return {}; // the verification that follows refuses it
  }
};
