import type { LocalCloud } from '../../support/cloud/local-cloud.ts';
import { partsOf } from '../../support/credentials/forged-token.ts';
import {
  authorizationRequest,
  callMcp,
  obtainCode,
  obtainSession,
  postForm,
  REDIRECT_URI,
  type RegisteredClient,
  redeem,
  refresh,
  registerClient,
  revoke,
  type Session,
} from '../../support/http/oauth-requests.ts';
import { basic } from '../../support/http/post-form.ts';
import { ConfiguredClients } from './configured-clients.ts';

// Configured clients: machine clients, a pre-registered client of users, and MCP servers that introspect the tokens
// of their callers. The stack creates their secrets, and the commands it prints read them.

let clients: ConfiguredClients;
let cloud: LocalCloud;
beforeAll(async () => {
  clients = await ConfiguredClients.start();
  cloud = clients.cloud;
}, 60_000);
afterAll(() => clients?.stop());

const INACTIVE = { active: false };

describe('Client credentials (RFC 6749 §4.4, io.modelcontextprotocol/oauth-client-credentials)', () => {
  it('the metadata lists the grant type and the authentication methods of the configured client', async () => {
    const answer = await fetch(`${cloud.origin}/.well-known/oauth-authorization-server`);
    const metadata = (await answer.json()) as Record<string, unknown>;
    expect(metadata.grant_types_supported).toContain('client_credentials');
    expect(metadata.token_endpoint_auth_methods_supported).toEqual(
      expect.arrayContaining(['client_secret_basic', 'private_key_jwt']),
    );
    expect(metadata.token_endpoint_auth_signing_alg_values_supported).toContain('ES256');
    expect(metadata.introspection_endpoint).toBe(`${cloud.origin}/introspect`);
  });

  it('by a secret: the client gets an access token that names no user, and no refresh token', async () => {
    const { status, body } = await clients.machineToken();
    expect([status, body.token_type, body.scope, body.refresh_token]).toEqual([200, 'Bearer', 'mcp', undefined]);
    expect(partsOf(body.access_token).claims).toMatchObject({ sub: 'nightly-report', client_id: 'nightly-report' });
    expect((await callMcp(cloud.mcpUrl, body.access_token)).status).toBe(200);
    expect((await callMcp(`${cloud.origin}/other`, body.access_token)).status).toBe(401);
  });

  it('the backend learns the client and no user', async () => {
    const { body } = await clients.machineToken({ resource: `${cloud.origin}/other` });
    await callMcp(`${cloud.origin}/other`, body.access_token);
    expect(clients.backend.requests.at(-1)?.headers).toMatchObject({
      'x-gatehouse-subject': 'nightly-report',
      'x-gatehouse-client-id': 'nightly-report',
      'x-gatehouse-identity-provider': '-',
      'x-gatehouse-upstream-subject': '-',
      'x-gatehouse-email': '-',
    });
  });

  it('by an assertion: no client_id is needed, and the same assertion is refused a second time (RFC 7523 §3)', async () => {
    const jwt = await clients.assertion();
    const { status, body } = await clients.keyedToken(jwt);
    expect([status, body.error]).toEqual([200, undefined]);
    expect(partsOf(body.access_token).claims).toMatchObject({ sub: 'build-agent' });
    expect((await callMcp(cloud.mcpUrl, body.access_token)).status).toBe(200);
    expect(await clients.keyedToken(jwt)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    const forAnother = await clients.assertion({ aud: 'https://elsewhere.example' });
    expect(await clients.keyedToken(forAnother)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('a missing or foreign resource, too much scope, a wrong secret and a registered client are refused', async () => {
    expect((await clients.machineToken({ resource: undefined })).body.error).toBe('invalid_target');
    expect((await clients.machineToken({ resource: 'https://elsewhere.example/mcp' })).body.error).toBe(
      'invalid_target',
    );
    expect((await clients.machineToken({ scope: 'mcp admin' })).body.error).toBe('invalid_scope');
    expect(await clients.machineToken({}, 'wrong')).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    const { client_id, client_secret } = await registerClient(cloud, {
      grant_types: ['authorization_code', 'client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
    });
    const form = { grant_type: 'client_credentials', resource: cloud.mcpUrl, client_id, client_secret };
    expect((await postForm(`${cloud.origin}/token`, form)).body.error).toBe('unauthorized_client');
  });

  it('cannot be revoked, which only its own client is told (RFC 7009 §2.2.1)', async () => {
    const { body } = await clients.machineToken();
    const own = await revoke(cloud, await clients.credentialsOf('copilot-studio'), body.access_token);
    expect(own.status).toBe(200);
    const answer = await postForm(
      `${cloud.origin}/revoke`,
      { token: body.access_token },
      { authorization: basic('nightly-report', await clients.secretOf('nightly-report')) },
    );
    expect(answer).toMatchObject({ status: 400, body: { error: 'unsupported_token_type' } });
  });

  it('userinfo refuses a machine, which is no user', async () => {
    const { body } = await clients.machineToken();
    const headers = { authorization: `Bearer ${body.access_token}` };
    const answer = await clients.askUserinfo(headers);
    expect([answer.status, answer.body.error]).toEqual([403, 'insufficient_scope']);
  });

  it('the previous secret still works after a change', async () => {
    const former = await clients.secretOf('nightly-report');
    expect((await clients.machineToken({}, former)).status).toBe(200);
    await clients.changeSecretOf('nightly-report', 'a-new-secret');
    expect((await clients.machineToken({}, former)).status).toBe(200);
  });
});

describe('A pre-registered client', () => {
  it('is shown as verified on the consent page', async () => {
    const { url } = authorizationRequest(cloud, { client_id: 'copilot-studio' }, { resource: cloud.mcpUrl });
    const html = await (await fetch(url)).text();
    expect(html).toContain('<bdi>Copilot Studio</bdi>');
    expect(html).not.toContain('has not been verified');
  });

  it('goes from code to tool call, refresh and revocation', async () => {
    const client = await clients.credentialsOf('copilot-studio');
    const code = await obtainCode(cloud, client, { parameters: { resource: cloud.mcpUrl } });
    const { status, body } = await redeem(cloud, code);
    expect([status, body.error]).toEqual([200, undefined]);
    expect((await callMcp(cloud.mcpUrl, body.access_token)).status).toBe(200);
    const refreshed = await refresh(cloud, client, body.refresh_token);
    expect(refreshed.status).toBe(200);
    // The client is configured for client_secret_post, and Basic proves the same (RFC 7591 §2).
    expect((await clients.introspect(client, refreshed.body.refresh_token)).body).toMatchObject({ active: true });
    await revoke(cloud, client, refreshed.body.access_token);
    expect((await refresh(cloud, client, refreshed.body.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('cannot redeem without its secret', async () => {
    const client = await clients.credentialsOf('copilot-studio');
    const code = await obtainCode(cloud, client, { parameters: { resource: cloud.mcpUrl } });
    const bare = { ...code, client: { client_id: client.client_id } };
    expect(await redeem(cloud, bare)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect((await redeem(cloud, code)).status).toBe(200);
  });
});

describe('Introspection (RFC 7662)', () => {
  let session: Session;
  let issuing: RegisteredClient;
  beforeAll(async () => {
    issuing = await registerClient(cloud, { token_endpoint_auth_method: 'client_secret_basic' });
    const code = await obtainCode(cloud, issuing, { parameters: { resource: cloud.mcpUrl, scope: 'mcp email' } });
    const headers = { authorization: basic(issuing.client_id, issuing.client_secret ?? '') };
    const { body } = await postForm(
      `${cloud.origin}/token`,
      {
        grant_type: 'authorization_code',
        code: code.code,
        redirect_uri: REDIRECT_URI,
        code_verifier: code.codeVerifier,
      },
      headers,
    );
    session = { client: issuing, accessToken: body.access_token, refreshToken: body.refresh_token };
  }, 30_000);

  it('the resource client of the server and the client of the token may introspect it', async () => {
    const described = { active: true, aud: cloud.mcpUrl, client_id: issuing.client_id, token_type: 'Bearer' };
    expect(
      (await clients.introspect(await clients.credentialsOf('resource-mcp'), session.accessToken)).body,
    ).toMatchObject(described);
    expect((await clients.introspect(issuing, session.accessToken)).body).toMatchObject(described);
    expect((await clients.introspect(issuing, session.refreshToken)).body).toMatchObject({ active: true });
  });

  it('another server, a machine client or a registered client learns nothing; without credentials 401 (§2.1, §4)', async () => {
    const stranger = await registerClient(cloud, { token_endpoint_auth_method: 'client_secret_basic' });
    for (const client of [
      await clients.credentialsOf('resource-other'),
      await clients.credentialsOf('nightly-report'),
      stranger,
    ]) {
      for (const token of [session.accessToken, session.refreshToken, 'garbage']) {
        const { status, body } = await clients.introspect(client, token);
        expect([status, body]).toEqual([200, INACTIVE]);
      }
    }
    expect((await clients.introspect(await clients.credentialsOf('resource-mcp'), session.refreshToken)).body).toEqual(
      INACTIVE,
    );
    const wrong = { client_id: 'resource-mcp', client_secret: 'wrong' };
    for (const client of [undefined, wrong]) {
      expect(await clients.introspect(client, session.accessToken)).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      });
    }
  });

  it('a resource client gets no tokens', async () => {
    const { client_id, client_secret } = await clients.credentialsOf('resource-mcp');
    for (const grant_type of ['client_credentials', 'refresh_token']) {
      const form = { grant_type, client_id, client_secret, refresh_token: session.refreshToken };
      expect((await postForm(`${cloud.origin}/token`, form)).body.error).toBe('unauthorized_client');
    }
  });

  it('userinfo, by GET, by POST and from a browser of another origin (OpenID Connect Core §5.3)', async () => {
    const headers = { authorization: `Bearer ${session.accessToken}`, origin: 'https://app.example' };
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(`${cloud.origin}/userinfo`, { method, headers });
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
      const { sub } = partsOf(session.accessToken).claims;
      expect(await answer.json()).toMatchObject({ sub });
    }
    const preflight = await fetch(`${cloud.origin}/userinfo`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([
      204,
      'GET, HEAD, POST, OPTIONS',
    ]);
  });

  it('revoking the access token ends introspection, userinfo and refresh at once (RFC 7009 §2.1)', async () => {
    const auth = { authorization: basic(issuing.client_id, issuing.client_secret ?? '') };
    expect((await postForm(`${cloud.origin}/revoke`, { token: session.accessToken }, auth)).status).toBe(200);
    expect((await clients.introspect(await clients.credentialsOf('resource-mcp'), session.accessToken)).body).toEqual(
      INACTIVE,
    );
    expect((await clients.introspect(issuing, session.refreshToken)).body).toEqual(INACTIVE);
    const headers = { authorization: `Bearer ${session.accessToken}` };
    const answer = await clients.askUserinfo(headers);
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_token']);
    const form = { grant_type: 'refresh_token', refresh_token: session.refreshToken };
    expect((await postForm(`${cloud.origin}/token`, form, auth)).body.error).toBe('invalid_grant');
  });

  it('the output of the run contains no client secret', async () => {
    const own = await obtainSession(cloud, { parameters: { resource: cloud.mcpUrl } });
    expect(own.accessToken).toBeDefined();
    for (const clientId of ['resource-mcp', 'nightly-report', 'copilot-studio']) {
      expect(cloud.output()).not.toContain(await clients.secretOf(clientId));
    }
  });
});
