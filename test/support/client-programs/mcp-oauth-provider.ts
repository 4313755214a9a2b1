import { randomBytes } from 'node:crypto';

/** An OAuthClientProvider for both MCP SDKs that keeps its state in memory and records the authorization URL. */
export class MemoryOAuthProvider {
  readonly redirectUrl = 'http://localhost:41003/callback';
  readonly clientMetadata;
  /** Where the SDK wanted to send the user. */
  authorizationUrl: URL | undefined;
  #state = '';
  #codeVerifier = '';
  // biome-ignore lint/suspicious/noExplicitAny: each SDK has its own type for what it stores
  #clientInformation: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  #tokens: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  #discoveryState: any;

  constructor(clientName: string) {
    this.clientMetadata = {
      client_name: clientName,
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  state() {
    this.#state = randomBytes(16).toString('base64url');
    return this.#state;
  }
  /** RFC 6749 §10.12: the SDKs leave this check to their host. */
  assertState(parameters: URLSearchParams) {
    if (parameters.get('state') !== this.#state) throw new Error('the state did not come back');
  }
  clientInformation() {
    return this.#clientInformation;
  }
  saveClientInformation(information: unknown) {
    this.#clientInformation = information;
  }
  tokens() {
    return this.#tokens;
  }
  saveTokens(tokens: unknown) {
    this.#tokens = tokens;
  }
  discoveryState() {
    return this.#discoveryState;
  }
  saveDiscoveryState(state: unknown) {
    this.#discoveryState = state;
  }
  redirectToAuthorization(url: URL) {
    this.authorizationUrl = url;
  }
  saveCodeVerifier(codeVerifier: string) {
    this.#codeVerifier = codeVerifier;
  }
  codeVerifier() {
    return this.#codeVerifier;
  }
}
