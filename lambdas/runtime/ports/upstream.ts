import type { UpstreamIdentity } from '../../core/upstream/identity.ts';
import type { SealedTokens, UpstreamTokens } from '../../core/upstream/session.ts';

/** What one upstream leg is bound to. */
export interface UpstreamLeg {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** The identity provider that people log in at. It only ever sees one static client. */
export interface UpstreamIdp {
  /** The URL to send the browser to. Nothing of the client's request is in it. */
  authorizationUrl(leg: UpstreamLeg, options?: AuthorizationUrlOptions): Promise<URL>;
  /**
   * Gets what `identify` needs beforehand (discovery document, credentials), so that these faults show while nothing
   * has been used up yet. Throws UpstreamError `misconfigured` or UnavailableError.
   */
  prepare(): Promise<void>;
  /**
   * Redeems the upstream code and verifies who logged in. Throws UpstreamError `denied` when the person declined there,
   * `rejected` when the answer is not to be trusted, `misconfigured` when the provider refuses our credentials,
   * `unavailable` when it sent the person back because it cannot now; UnavailableError when it did not answer us properly.
   */
  identify(callbackParameters: URLSearchParams, leg: UpstreamLeg): Promise<UpstreamLogin>;
  /**
   * Asks the provider anew with the tokens of an earlier login, and refreshes them where it does so. Throws UpstreamError
   * `denied` when it does not honour them any more, `rejected` and `misconfigured` as `identify` does; OutcomeUnknownError when
   * a refresh token may be used up, UnavailableError when nothing was.
   */
  renew(tokens: UpstreamTokens, known: UpstreamIdentity): Promise<RenewedLogin>;
}

export interface AuthorizationUrlOptions {
  /** Lets the person choose another account. */
  readonly selectAccount?: boolean;
  /** Who it is will do: asks for no refresh token, even where those are kept. */
  readonly identityOnly?: boolean;
}

/** Who logged in, and what the provider handed out with it. */
export interface UpstreamLogin {
  readonly identity: UpstreamIdentity;
  readonly tokens: UpstreamTokens;
}

/** Tokens that are to be stored whatever comes next, since a refresh token may have worked for the last time. */
export interface RenewedLogin {
  readonly tokens: UpstreamTokens;
  /**
   * Who it is, as the provider says it now; what it does not say anew stays as it was known. Throws as `renew` does;
   * `denied` also when it is somebody else.
   */
  identify(): Promise<UpstreamIdentity>;
}

/** Envelope encryption for what providers handed out: each grant has a data key of its own, bound to its id. */
export interface TokenVault {
  /** Under a new data key. Whoever seals cannot open. */
  seal(grantId: string, tokens: UpstreamTokens): Promise<SealedTokens>;
  /**
   * What was sealed for this very grant, and the means to seal other tokens in its place under the same key. Throws
   * UnopenableError when it can never be opened again.
   */
  open(grantId: string, sealed: SealedTokens): Promise<OpenedTokens>;
}

export interface OpenedTokens {
  readonly tokens: UpstreamTokens;
  seal(tokens: UpstreamTokens): SealedTokens;
}
