import type { ClaimFindings } from '../../core/upstream/claims.ts';
import type { UpstreamIdentity } from '../../core/upstream/identity.ts';
import type { SealedTokens, UpstreamTokens } from '../../core/upstream/session.ts';

/** What one upstream leg is bound to. */
export interface UpstreamLeg {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** The identity provider at which users log in. It sees one static client, whichever MCP client asks. */
export interface UpstreamIdp {
  /** The URL to which the browser is redirected. It contains nothing from the client's request. */
  authorizationUrl(leg: UpstreamLeg, options?: AuthorizationUrlOptions): Promise<URL>;
  /**
   * Reads what `identify` needs (discovery document, credentials), so that these faults occur before the transaction is
   * used.
   *
   * @throws UpstreamError `misconfigured`; UnavailableError
   */
  prepare(): Promise<void>;
  /**
   * Redeems the upstream code and verifies who logged in.
   *
   * @throws UpstreamError (see UpstreamErrorReason); UnavailableError when the provider does not answer properly
   */
  identify(callbackParameters: URLSearchParams, leg: UpstreamLeg): Promise<UpstreamLogin>;
  /**
   * Asks the provider about the user again, with the tokens of an earlier login, and refreshes them if it can.
   *
   * @throws UpstreamError `denied` when the provider no longer accepts the tokens, otherwise as `identify`;
   *   OutcomeUnknownError when the refresh token may be used up; UnavailableError when it is not
   */
  renew(tokens: UpstreamTokens, known: UpstreamIdentity): Promise<RenewedLogin>;
}

export interface AuthorizationUrlOptions {
  /** Lets the user choose another account. */
  readonly selectAccount?: boolean;
  /** Requests no refresh token, even if the provider's tokens are kept. */
  readonly identityOnly?: boolean;
}

/** The user who logged in, and the tokens that the provider issued. */
export interface UpstreamLogin {
  readonly identity: UpstreamIdentity;
  readonly tokens: UpstreamTokens;
  /** What the provider said of the claims that rules read. For the log. */
  readonly foundClaims?: ClaimFindings;
}

/** Tokens to store before anything else, since the old refresh token may no longer work. */
export interface RenewedLogin {
  readonly tokens: UpstreamTokens;
  /**
   * The user as the provider describes them now. Keeps the known email address and name if the provider omits them.
   *
   * @throws as `renew`; also UpstreamError `denied` when the tokens belong to another user
   */
  identify(): Promise<UpstreamIdentity>;
}

/** Envelope encryption for providers' tokens. Each grant has its own data key, bound to the grant id. */
export interface TokenVault {
  /** Seals tokens under a new data key. The role that may seal may not open. */
  seal(grantId: string, tokens: UpstreamTokens): Promise<SealedTokens>;
  /**
   * Opens what was sealed for this grant, and lets the caller seal new tokens under the same key.
   *
   * @throws UnopenableError when it can never be opened again
   */
  open(grantId: string, sealed: SealedTokens): Promise<OpenedTokens>;
}

export interface OpenedTokens {
  readonly tokens: UpstreamTokens;
  seal(tokens: UpstreamTokens): SealedTokens;
}
