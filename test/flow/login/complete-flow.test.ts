import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { User } from '../../support/browser/user.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import { bearerChallenge } from '../../support/http/challenge.ts';
import { callMcp, identityIn } from '../../support/http/oauth-requests.ts';

// oauth4webapi checks every response against its RFC and rejects deviations. Plain http is allowed only in this test.
const OVER_HTTP = { [oauth.allowInsecureRequests]: true } as const;
const REDIRECT_URI = 'http://127.0.0.1:41001/callback';

const cloud = sharedCloud();
const resource = new URL(cloud.mcpUrl);

describe('From 401 to a tool call and revocation, with a strict client (oauth4webapi, jose)', () => {
  let as: oauth.AuthorizationServer;
  let scope: string;
  let client: oauth.Client;
  let tokens: oauth.TokenEndpointResponse;

  it('RFC 9728 §5.1: the 401 names the metadata of the requested resource', async () => {
    const { status, headers } = await callMcp(cloud.mcpUrl, undefined);
    expect(status).toBe(401);
    const challenge = bearerChallenge(headers);
    expect(challenge.resource_metadata).toBe(`${cloud.origin}/.well-known/oauth-protected-resource/mcp`);
    expect(challenge.scope?.split(' ')).toContain('mcp');
  });

  it('RFC 9728 §3.3: the metadata describes the requested URL', async () => {
    const response = await oauth.resourceDiscoveryRequest(resource, OVER_HTTP);
    const metadata = await oauth.processResourceDiscoveryResponse(resource, response);
    expect(metadata.resource).toBe(cloud.mcpUrl);
    expect(metadata.authorization_servers).toEqual([cloud.origin]);
    scope = (metadata.scopes_supported ?? []).join(' ');
    expect(scope).toContain('mcp');
  });

  it.each(['oauth2', 'oidc'] as const)(
    'RFC 8414 §3.3: the %s discovery document names the issuer',
    async (algorithm) => {
      const issuer = new URL(cloud.origin);
      const response = await oauth.discoveryRequest(issuer, { ...OVER_HTTP, algorithm });
      as = await oauth.processDiscoveryResponse(issuer, response);
      expect(as.issuer).toBe(cloud.origin);
      expect(as.code_challenge_methods_supported).toEqual(['S256']);
      expect(as.authorization_response_iss_parameter_supported).toBe(true);
    },
  );

  it('RFC 7591: the client registers itself', async () => {
    const response = await oauth.dynamicClientRegistrationRequest(
      as,
      {
        client_name: 'Strict client',
        redirect_uris: [REDIRECT_URI],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      },
      OVER_HTTP,
    );
    client = await oauth.processDynamicClientRegistrationResponse(response);
    expect(client.token_endpoint_auth_method).toBe('none');
  });

  it('RFC 6749 §4.1, RFC 7636, RFC 9207: a user consents and logs in, and the client exchanges the code for tokens', async () => {
    const codeVerifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(as.authorization_endpoint ?? '');
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: REDIRECT_URI,
      code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      resource: cloud.mcpUrl,
      scope,
      state,
    }).toString();

    const { left } = await new User(cloud, 'grace').signIn(url);
    expect(left?.href.split('?')[0]).toBe(REDIRECT_URI);
    const parameters = oauth.validateAuthResponse(as, client, left ?? new URL('about:blank'), state);

    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      oauth.None(),
      parameters,
      REDIRECT_URI,
      codeVerifier,
      { ...OVER_HTTP, additionalParameters: { resource: cloud.mcpUrl } },
    );
    expect(response.headers.get('cache-control')).toContain('no-store');
    tokens = await oauth.processAuthorizationCodeResponse(as, client, response);
    expect(tokens.token_type).toBe('bearer');
    expect(tokens.refresh_token).toEqual(expect.any(String));
    expect(tokens.expires_in).toBeGreaterThan(0);
  });

  it('RFC 9068: the access token verifies against the published keys and has every required claim', async () => {
    const request = new Request(cloud.mcpUrl, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    const claims = await oauth.validateJwtAccessToken(as, request, cloud.mcpUrl, OVER_HTTP);
    expect(claims.client_id).toBe(client.client_id);
    expect(claims.aud).toBe(cloud.mcpUrl);

    const jwks = createRemoteJWKSet(new URL(as.jwks_uri ?? ''));
    const { protectedHeader } = await jwtVerify(tokens.access_token, jwks, {
      issuer: cloud.origin,
      audience: cloud.mcpUrl,
      typ: 'at+jwt',
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id', 'scope', 'grant_id'],
    });
    expect(protectedHeader.kid).toEqual(expect.any(String));
  });

  it('#107: the subject reveals nothing about the user', async () => {
    const { sub } = JSON.parse(Buffer.from(tokens.access_token.split('.')[1] ?? '', 'base64url').toString());
    expect(sub).not.toContain('grace');
  });

  it('the tool responds and knows the caller', async () => {
    const answer = await callMcp(cloud.mcpUrl, tokens.access_token);
    expect(answer.status).toBe(200);
    expect(identityIn(answer)).toMatchObject({ clientId: client.client_id, scopes: expect.arrayContaining(['mcp']) });
  });

  it('RFC 6749 §6: refresh gives new tokens and retires the old refresh token', async () => {
    const response = await oauth.refreshTokenGrantRequest(
      as,
      client,
      oauth.None(),
      tokens.refresh_token ?? '',
      OVER_HTTP,
    );
    const refreshed = await oauth.processRefreshTokenResponse(as, client, response);
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    expect(refreshed.access_token).not.toBe(tokens.access_token);
    expect((await callMcp(cloud.mcpUrl, refreshed.access_token)).status).toBe(200);
    tokens = refreshed;
  });

  it('RFC 7009: after revocation the refresh token no longer works', async () => {
    const revocation = await oauth.revocationRequest(as, client, oauth.None(), tokens.refresh_token ?? '', OVER_HTTP);
    await oauth.processRevocationResponse(revocation);
    const response = await oauth.refreshTokenGrantRequest(
      as,
      client,
      oauth.None(),
      tokens.refresh_token ?? '',
      OVER_HTTP,
    );
    await expect(oauth.processRefreshTokenResponse(as, client, response)).rejects.toMatchObject({
      error: 'invalid_grant',
      status: 400,
    });
  });
});
