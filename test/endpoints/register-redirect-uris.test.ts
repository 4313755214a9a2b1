import { AuthorizationHarness } from '../support/authorization/authorization-harness.ts';

const METADATA = {
  client_name: 'Test client',
  redirect_uris: ['http://localhost:8787/callback', 'cursor://anysphere.cursor-mcp/oauth/callback', 'ftp://a.test/cb'],
};

describe('Refused redirect URIs of a registration (RFC 7591 §3.2.2)', () => {
  it('A12 (RFC 7591 §3.2.2): a refusal names each redirect URI by its position, and its rule', async () => {
    const gate = new AuthorizationHarness();
    const redirect_uris = [
      'https://a.test/cb#x',
      'http://a.test/cb?token=secret',
      'https://u:secret@*.test/cb',
      'sms:1',
    ];
    const { status, body } = await gate.register({ redirect_uris });
    const { error, error_description } = JSON.parse(body);
    expect([status, error]).toEqual([400, 'invalid_redirect_uri']);
    expect(error_description).toBe(
      'No redirect URI can be used. redirect_uris[0]: a fragment is not allowed (RFC 6749 section 3.1.2); ' +
        'redirect_uris[1]: http is allowed only for localhost, 127.0.0.1 and [::1]; use https; ' +
        'redirect_uris[2]: its host is a pattern, but redirect URIs are compared exactly (RFC 9700 section 4.1.3); ' +
        'redirect_uris[3]: its scheme has another meaning to browsers or systems; use one that only the app opens ' +
        '(RFC 8252 section 7.1).',
    );
    expect(error_description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
    const detail = String(gate.logged[0]?.detail);
    for (const shown of ['[0] https://a.test/cb: a frag', '[1] http://a.test/cb: http', '[2] https://*.test/cb: its']) {
      expect(detail).toContain(shown);
    }
    expect(JSON.stringify(gate.logged)).not.toContain('secret');
  });

  it('A12: a dangerous redirect URI is named, and refuses the good ones with it', async () => {
    const answer = await new AuthorizationHarness().register({
      redirect_uris: ['https://a.test/cb', 'data:text/html,x'],
    });
    expect(JSON.parse(answer.body).error_description).toBe(
      'Remove the dangerous redirect URI. redirect_uris[1]: its scheme runs script or opens local files.',
    );
  });

  it('A12: when some redirect URIs are left out, the answer shows the others and the log says which and why', async () => {
    const gate = new AuthorizationHarness();
    const sent = { ...METADATA, token_endpoint_auth_method: 'client_secret_post' };
    const { redirect_uris, client_id, registration_access_token } = JSON.parse((await gate.register(sent)).body);
    expect(redirect_uris).toEqual(METADATA.redirect_uris.slice(0, 2));
    const update = await gate.configure('PUT', client_id, registration_access_token, { ...sent, client_id });
    expect(JSON.parse(update.body).redirect_uris).toEqual(redirect_uris);
    const droppedRedirectUris = expect.stringMatching(
      /^redirect_uris\[2\] ftp:\/\/a\.test\/cb: its scheme has another/,
    );
    expect(gate.logged).toMatchObject([
      { event: 'client_registered', droppedRedirectUris },
      { event: 'client_updated', droppedRedirectUris },
    ]);
  });
});
