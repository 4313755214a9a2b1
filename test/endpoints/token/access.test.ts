import type { AccessPolicy } from '../../../lambdas/core/authorization/access-rules.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { startTokenEndpoint } from '../../support/memory/token-endpoint.ts';

// A rule that was changed after the login: what a refresh makes of it.

/** A logged-in user, and a refresh under changed rules. */
const underRules = async (
  access: Partial<AccessPolicy>,
  { scopes = ['mcp', 'email'], kinds = [['company', 'oidc']] as const, grant = {} } = {},
) => {
  const server = startTokenEndpoint({ access: { providers: {}, ...access }, identityProviderKinds: new Map(kinds) });
  const session = await server.signedIn({}, { scopes, ...grant });
  const refresh = (change = {}) => server.post({ ...server.refresh(session.client, session.refreshToken), ...change });
  return { server, ...session, refresh };
};

const ADMINS = { claims: { groups: ['admins'] } };

describe('Rules at every refresh (#89)', () => {
  it.each([
    ['an address that is no longer named', { rules: { emails: ['grace@example.com'] } }],
    ['a domain that is no longer named', { rules: { emailDomains: ['example.org'] } }],
    ['a rule on claims that were never kept', { rules: { claims: { groups: ['staff'] } } }],
    [
      'rules of its own at the provider',
      { rules: 'everyone' as const, providers: { company: { emails: ['x@example.com'] } } },
    ],
    ['no rules at all', {}],
  ])('%s: the grant ends', async (_name, access) => {
    const { server, grantId, refresh } = await underRules(access);
    expect(await refresh()).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.stringContaining('no longer has access') },
    });
    expect(server.grants.rows.get(grantId)?.status).toBe('revoked');
    expect(server.events.at(-2)).toMatchObject({ event: 'access_ended', fields: { grantId, reason: 'not_allowed' } });
  });

  it('a user whom the changed rules still allow continues', async () => {
    const { refresh, server } = await underRules({ rules: { emails: ['ADA@example.com'] } });
    expect(await refresh()).toMatchObject({ status: 200, body: { scope: 'mcp email' } });
    expect(server.names()).not.toContain('access_ended');
  });

  it('users of a provider that was removed from the configuration lose access', async () => {
    const { refresh, server } = await underRules({ rules: 'everyone' }, { kinds: [] as never });
    expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(server.events.at(-2)).toMatchObject({ event: 'access_ended', fields: { reason: 'provider_removed' } });
  });

  it('a scope that the user may no longer have is missing in the new token, and stays in the grant', async () => {
    const { refresh, server, grantId } = await underRules(
      { rules: 'everyone', scopes: { 'mcp:write': [ADMINS] } },
      { scopes: ['mcp', 'mcp:write'] },
    );
    const answer = await refresh();
    expect(answer).toMatchObject({ status: 200, body: { scope: 'mcp' } });
    expect(server.grants.rows.get(grantId)?.scopes).toEqual(['mcp', 'mcp:write']);
  });

  it('when no scope with an effect is left, the grant ends', async () => {
    const { refresh, server, grantId } = await underRules(
      { rules: 'everyone', scopes: { mcp: [ADMINS] } },
      { scopes: ['mcp', 'email', 'offline_access'] },
    );
    expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(server.grants.rows.get(grantId)?.status).toBe('revoked');
  });

  describe('A1 (RFC 6749 §3.3): what was dropped or refused at /authorize is dropped at /token', () => {
    const asked = { scopes: ['mcp'], refusedScopes: ['mcp:write'], droppedScopes: ['profile'] };
    it.each([
      ['a scope that this server does not know', 'mcp custom:read', 'mcp'],
      ['a scope that was refused to the user', 'mcp mcp:write', 'mcp'],
      ['a scope that this server has known only since', 'mcp profile', 'mcp'],
      ['all at once, in any order', 'custom:read profile mcp:write mcp', 'mcp'],
      ['nothing but dropped scopes', 'custom:read mcp:write', 'mcp'],
    ])('%s', async (_name, scope, left) => {
      const server = startTokenEndpoint();
      const client = await server.registered();
      const { code } = await server.issueCode(client, asked);
      const redeemed = await server.post({ ...server.redemption(client, code), scope });
      expect(redeemed).toMatchObject({ status: 200, body: { scope: left } });
      const again = await server.post({ ...server.refresh(client, redeemed.body.refresh_token), scope });
      expect(again).toMatchObject({ status: 200, body: { scope: left } });
    });

    it('§6: a scope that this server knows and the grant never asked for stays invalid_scope', async () => {
      const server = startTokenEndpoint();
      const { client, refreshToken } = await server.signedIn({}, asked);
      const answer = await server.post({ ...server.refresh(client, refreshToken), scope: 'mcp email custom:read' });
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    });
  });

  it.each([
    ['server is no longer configured', 'https://gate.example.com/gone'],
    ['issuer has moved', 'https://former.example.com/mcp'],
  ])('A19: a grant whose %s is invalid_grant, by code and by refresh token', async (_name, resource) => {
    const server = startTokenEndpoint({ resources: [resource] });
    const { client, grantId, refreshToken } = await server.signedIn({}, { resource });
    const after = startTokenEndpoint({ clients: server.clients, grants: server.grants });
    for (const change of [{}, { resource }]) {
      const answer = await after.post({ ...after.refresh(client, refreshToken), ...change });
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    }
    expect(server.grants.rows.get(grantId)?.status).toBe('redeemed');
    const { code } = await server.issueCode(client, { resource });
    expect((await after.post(after.redemption(client, code))).body.error).toBe('invalid_grant');
  });

  it('a request for only the lost scope is invalid_scope, and does not end the grant', async () => {
    const { refresh, server, grantId } = await underRules(
      { rules: 'everyone', scopes: { 'mcp:write': [ADMINS] } },
      { scopes: ['mcp', 'mcp:write'] },
    );
    expect(await refresh({ scope: 'mcp:write' })).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    expect(server.grants.rows.get(grantId)?.status).toBe('redeemed');
    expect((await refresh({ scope: 'mcp mcp:write' })).body.scope).toBe('mcp');
  });

  it('A9: a grant whose only scope was lost keeps what that scope implies', async () => {
    const { refresh, server, grantId } = await underRules(
      { rules: 'everyone', scopes: { 'mcp:write': [ADMINS] } },
      { scopes: ['mcp:write'] },
    );
    expect(await refresh()).toMatchObject({ status: 200, body: { scope: 'mcp' } });
    expect(server.grants.rows.get(grantId)?.status).toBe('redeemed');
  });

  it('a narrower request does not end the grant', async () => {
    const { refresh } = await underRules(
      { rules: 'everyone', scopes: { 'mcp:write': [ADMINS] } },
      { scopes: ['mcp', 'email', 'mcp:write'] },
    );
    expect(await refresh({ scope: 'email' })).toMatchObject({ status: 200, body: { scope: 'email' } });
  });

  it('#67: a fault while revoking the grant is 503; the next refresh revokes it', async () => {
    const { refresh, server, grantId } = await underRules({});
    const revoke = server.grants.revokeGrant;
    server.grants.revokeGrant = () => Promise.reject(new UnavailableError('DynamoDB'));
    expect(await refresh()).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    expect(server.names()).not.toContain('access_ended');
    server.grants.revokeGrant = revoke;
    expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(server.grants.rows.get(grantId)?.status).toBe('revoked');
  });
});
