import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  customFetch,
  processAuthorizationCodeResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import { GITHUB_ORGANIZATIONS, GITHUB_TEAMS } from '../../core/access.ts';
import type { UpstreamIdentity } from '../../core/grant.ts';
import { UnavailableError } from '../../core/oauth-error.ts';
import { UpstreamError } from '../../core/upstream-error.ts';
import type { UpstreamIdp, UpstreamLeg } from '../../ports.ts';
import { type BoundedFetch, boundedFetch, IDENTIFY_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './bounded-fetch.ts';
import { type UpstreamCredentials, type UpstreamCredentialsReader, withFreshSecret } from './credentials.ts';
import { isLocalIssuer } from './discovery.ts';
import { githubApi, readGithubPerson } from './github-api.ts';
import { isClientRefused, toUpstreamFault } from './upstream-faults.ts';

export interface GithubSettings {
  readonly id: string;
  /** `https://github.com`, or the host of an Enterprise server. */
  readonly issuer: string;
  readonly scopes: readonly string[];
  /** Which of the organizations and teams rules look at; each costs a request. */
  readonly claims: readonly string[];
  readonly redirectUri: string;
}

/** What GitHub calls the refusals that RFC 6749 §5.2 has other names for. */
const ERROR_CODES: Readonly<Record<string, string>> = {
  incorrect_client_credentials: 'invalid_client',
  bad_verification_code: 'invalid_grant',
  bad_code_verifier: 'invalid_grant',
};

/** GitHub: OAuth without OpenID Connect. Who logged in is what its API says to the token of our own code exchange (#154). */
export class GithubIdentityProvider implements UpstreamIdp {
  private readonly settings: GithubSettings;
  private readonly credentials: UpstreamCredentialsReader;
  private readonly server: AuthorizationServer;

  constructor(settings: GithubSettings, credentials: UpstreamCredentialsReader) {
    this.settings = settings;
    this.credentials = credentials;
    this.server = {
      issuer: `${settings.issuer}/login/oauth`,
      authorization_endpoint: `${settings.issuer}/login/oauth/authorize`,
      token_endpoint: `${settings.issuer}/login/oauth/access_token`,
    };
  }

  async authorizationUrl(leg: UpstreamLeg, options: { selectAccount?: boolean } = {}): Promise<URL> {
    const { clientId } = await this.credentials.read();
    const url = new URL(this.server.authorization_endpoint ?? '');
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: this.settings.redirectUri,
      scope: this.settings.scopes.join(' '),
      state: leg.state,
      code_challenge: await calculatePKCECodeChallenge(leg.codeVerifier),
      code_challenge_method: 'S256',
      ...(options.selectAccount ? { prompt: 'select_account' } : {}),
    }).toString();
    return url;
  }

  async prepare(): Promise<void> {
    await this.credentials.read();
  }

  async identify(callbackParameters: URLSearchParams, leg: UpstreamLeg): Promise<UpstreamIdentity> {
    const credentials = await this.credentials.read();
    const signal = AbortSignal.timeout(IDENTIFY_TIMEOUT_MS);
    const fetch = boundedFetch(REQUEST_TIMEOUT_MS);
    try {
      const accessToken = await withFreshSecret(this.credentials, credentials, isClientRefused, (current) =>
        this.redeem(current, callbackParameters, leg, fetch, signal),
      );
      const { id, issuer, claims } = this.settings;
      const wanted = { organizations: claims.includes(GITHUB_ORGANIZATIONS), teams: claims.includes(GITHUB_TEAMS) };
      const person = await readGithubPerson(githubApi(issuer, accessToken, fetch, signal), wanted);
      return { identityProviderId: id, issuer, ...person };
    } catch (error) {
      throw toUpstreamFault(error);
    }
  }

  private async redeem(
    { clientId, clientSecret }: UpstreamCredentials,
    callbackParameters: URLSearchParams,
    leg: UpstreamLeg,
    fetch: BoundedFetch,
    signal: AbortSignal,
  ): Promise<string> {
    const client: Client = { client_id: clientId };
    const parameters = validateAuthResponse(this.server, client, this.checkedIssuer(callbackParameters), leg.state);
    const answer = await authorizationCodeGrantRequest(
      this.server,
      client,
      ClientSecretPost(clientSecret),
      parameters,
      this.settings.redirectUri,
      leg.codeVerifier,
      { [customFetch]: fetch, [allowInsecureRequests]: isLocalIssuer(this.settings.issuer), signal },
    );
    const tokens = await processAuthorizationCodeResponse(this.server, client, await withProperStatus(answer));
    return tokens.access_token;
  }

  /** RFC 9207: where an answer names its issuer, it is this one, with or without the path. */
  private checkedIssuer(parameters: URLSearchParams): URLSearchParams {
    if (parameters.get('iss') !== this.settings.issuer) return parameters;
    const checked = new URLSearchParams(parameters);
    checked.set('iss', this.server.issuer);
    return checked;
  }
}

/** GitHub refuses with status 200 and an `error` in the body: such an answer becomes the refusal it is (#162). */
const withProperStatus = async (answer: Response): Promise<Response> => {
  if (answer.status === 429 || answer.status >= 500) {
    throw new UnavailableError('the identity provider', new Error(`it answered ${answer.status}`));
  }
  if (answer.status !== 200) return answer;
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => undefined);
  const { error } = Object(body) as { error?: unknown };
  if (error === undefined) return answer;
  if (error === 'redirect_uri_mismatch') {
    throw new UpstreamError('misconfigured', 'it knows another callback URL for this client');
  }
  const code = ERROR_CODES[String(error)] ?? 'invalid_request';
  return Response.json({ error: code }, { status: code === 'invalid_client' ? 401 : 400 });
};
