import fc from 'fast-check';
import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { authorizationQuery, ISSUER, REDIRECT_URI, sealedRequestOf } from '../../support/authorization/requests.ts';
import { gateWithClient } from './fixture.ts';

describe('Consent page', () => {
  it('#137 shows the client, where the response goes, the server and the scopes', async () => {
    const gate = gateWithClient({ requiredScopes: ['mcp', 'email'] });
    const { body } = await gate.authorize(authorizationQuery({ scope: 'mcp openid offline_access' }));
    expect(body).toContain('<h1><bdi>Test client</bdi> wants to connect</h1>');
    expect(body).toContain('has not been verified');
    expect(body).toContain('<bdi>client.example.com</bdi>');
    expect(body).toContain('gate.example.com/mcp');
    for (const words of ['Use the tools of this server', 'See your email address', 'Stay connected']) {
      expect(body).toContain(words);
    }
    expect(body).toContain('name="decision" value="approve">Continue with Login company');
    expect(body).toContain('name="decision" value="deny"');
    expect(body).not.toContain('class="warning"');
  });

  it('has one button per provider', async () => {
    const { body } = await gateWithClient({ providers: ['google', 'work'] }).authorize(authorizationQuery());
    expect(
      [...body.matchAll(/name="(idp|decision)" value="(\w+)"/g)].map(([, name, value]) => `${name}=${value}`),
    ).toEqual(['idp=google', 'idp=work', 'decision=deny']);
  });

  it('#138 warns of a local port and of an app', async () => {
    for (const uri of ['http://127.0.0.1:4000/cb', 'cursor://anysphere.cursor-mcp/oauth/callback']) {
      const gate = new AuthorizationHarness();
      gate.addClient({ redirectUris: [uri] });
      expect((await gate.authorize(authorizationQuery({ redirect_uri: uri }))).body).toContain('class="warning"');
    }
  });

  it('does not call the name of a configured client unverified', async () => {
    const gate = new AuthorizationHarness();
    gate.addClient({ source: 'configured' });
    expect((await gate.authorize(authorizationQuery())).body).not.toContain('has not been verified');
  });

  it.each([
    ['#134 markup', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['#134 an attribute', '"><img src=x onerror=y>', '&quot;&gt;&lt;img src=x onerror=y&gt;'],
    ['#134 a template', "{{7*7}}'", '{{7*7}}&#39;'],
    ['#136 bidirectional overrides', '\u202Eedualc\u202C\u2066x', 'edualcx'],
    ['#136 zero width', 'Cl\u200Bau\u200Dde\uFEFF', 'Claude'],
    ['#136 controls and line breaks', 'Cla\u0007u\nde', 'Clau de'],
    ['#136 stacked accents', `Z${'\u0301'.repeat(20)}`, 'Ź\u0301\u0301'],
    ['#136 length', 'x'.repeat(120), `${'x'.repeat(63)}…`],
    ['#136 nothing visible', '\u3164\u2800 \u200B', 'Unnamed application'],
  ])('%s in a name is harmless', async (_, clientName, shown) => {
    const gate = new AuthorizationHarness();
    gate.addClient({ clientName });
    const { body } = await gate.authorize(authorizationQuery());
    expect(body).toContain(`<bdi>${shown}</bdi> wants to connect`);
  });

  it.each([
    ['Сlaude', true],
    ['Claude Κode', true],
    ['Claude', false],
    ['Яндекс Music', false],
    ['Café Ångström', false],
    ['日本語 Assistant', false],
    ['', false],
  ])('#136 warns of a word that mixes alphabets: %s', async (clientName, isWarned) => {
    const gate = new AuthorizationHarness();
    gate.addClient({ clientName });
    expect((await gate.authorize(authorizationQuery())).body.includes('This name mixes alphabets.')).toBe(isWarned);
  });

  it('A13 (RFC 8252 §8.6): an app with a private-use scheme registers, and the page warns of it', async () => {
    const gate = new AuthorizationHarness();
    const redirect_uri = 'workbuddy://oauth/callback';
    const { client_id } = JSON.parse((await gate.register({ redirect_uris: [redirect_uri] })).body);
    const { status, body } = await gate.authorize(authorizationQuery({ client_id, redirect_uri }));
    expect(status).toBe(200);
    expect(body).toContain('the app that opens <bdi>workbuddy:</bdi> links');
    expect(body).toContain('An app on this device will receive the response.');
  });

  it('#132 #211 #51 #133 cannot be framed or cached, runs no script, and lets the form redirect', async () => {
    const { headers, body } = await gateWithClient().authorize(authorizationQuery());
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': expect.stringContaining('max-age='),
      'referrer-policy': 'same-origin',
    });
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/form-action|unsafe|script-src/);
    expect(body).not.toMatch(/<script|\son\w+=|\sstyle=|https?:\/\/(?!gate)/);
  });

  it('other pages send no referrer', async () => {
    const answer = await gateWithClient().authorize(authorizationQuery({ client_id: 'unknown' }));
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers['x-frame-options']).toBe('DENY');
  });

  it('the sealed request reveals nothing', async () => {
    const sealed = sealedRequestOf(await gateWithClient().authorize(authorizationQuery()));
    expect(Buffer.from(sealed.split('.')[3] ?? '', 'base64url').toString()).not.toContain('client');
    expect(sealed.split('.')).toHaveLength(5);
  });
});

describe('Any query', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'code',
      'S256',
      'mcp',
      'gh_client_test',
      REDIRECT_URI,
      'https://evil.test/cb',
      `${ISSUER}/mcp`,
      'none',
    ),
  );
  const name = fc.constantFrom(
    ...authorizationQuery().keys(),
    'scope',
    'resource',
    'prompt',
    'request',
    'response_mode',
    'x',
  );

  it('never causes a 5xx or a redirect to an unregistered URI', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 12 }), fc.boolean(), async (pairs, onTop) => {
        const query = onTop ? authorizationQuery() : new URLSearchParams();
        for (const [key, text] of pairs) onTop ? query.set(key, text) : query.append(key, text);
        const answer = await gateWithClient().authorize(query);
        expect(answer.status).toBeLessThan(500);
        const { location } = answer.headers;
        if (location !== undefined) expect(location.startsWith(`${REDIRECT_URI}?`)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
