import fc from 'fast-check';
import {
  findRegisteredRedirectUri,
  judgeRedirectUri,
  redirectTarget,
  withResponseParameters,
} from '../../../lambdas/core/clients/redirect-uri.ts';

const verdict = (uri: string) => judgeRedirectUri(uri).verdict;

describe('Redirect URI policy (OAuth 2.1 §2.3.1, RFC 8252 §7)', () => {
  it.each([
    'https://claude.ai/api/mcp/auth_callback',
    'https://chatgpt.com/connector_platform_oauth_redirect',
    'https://grok.com/connectors-oauth-exchange-code/',
    'https://client.example:8443/cb?tenant=a',
    'https://xn--e1afmkfd.example/cb',
    'http://localhost/callback',
    'http://localhost:8787/callback',
    'http://127.0.0.1/',
    'http://127.0.0.1',
    'http://127.0.0.1:33418/',
    'http://[::1]:4000/cb',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'vscode://vscode.github-authentication/did-authenticate',
    'com.example.app:/oauth2redirect',
    'com.example.app://callback',
  ])('accepts %s', (uri) => expect(verdict(uri)).toBe('accepted'));

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '\tjavascript:alert(1)',
    'java\nscript:alert(1)',
    ' data:text/html,x',
    '%6aavascript:alert(1)',
    '\u200bjavascript:alert(1)',
    '\u0001vbscript:x',
    'blob:https://evil.test/1',
    'file:///etc/passwd',
    'view-source:https://evil.test',
  ])('#8 calls %j dangerous', (uri) => expect(verdict(uri)).toBe('dangerous'));

  it.each([
    ['#9 http on other hosts', 'http://app.test/cb'],
    ['#6 a host that begins like loopback', 'http://localhost.evil.test/cb'],
    ['#6 a host that begins like loopback', 'http://127.0.0.1.evil.test/cb'],
    ['#6 user information before the host', 'http://localhost:1@evil.test/'],
    ['#5 user information', 'https://localhost:3000@evil.test/cb'],
    ['#5 empty user information', 'https://@evil.test/cb'],
    ['#5 several at signs', 'https://a@b@evil.test/cb'],
    ['#11 fragment', 'https://a.test/cb#x'],
    ['#11 empty fragment', 'https://a.test/cb#'],
    ['#4 dot segments', 'https://a.test/callback/../evil'],
    ['#4 encoded dot segments', 'https://a.test/callback/%2e%2E/evil'],
    ['#12 scheme in upper case', 'HTTPS://a.test/cb'],
    ['#12 loopback in upper case', 'HTTP://LOCALHOST/Callback'],
    ['loopback in another spelling', 'http://127.1/cb'],
    ['loopback in another spelling', 'http://0x7f.0.0.1/cb'],
    ['a host that the browser rewrites', 'https://0x7f.1/cb'],
    ['a host with percent signs', 'https://%65vil.test/cb'],
    ['a trailing dot', 'http://localhost./cb'],
    ['backslashes', 'https://a.test\\@evil.test/cb'],
    ['a space', 'https://a.test/c b'],
    ['letters outside ASCII', 'https://аpple.test/cb'],
    ['broken percent-encoding', 'https://a.test/%zz'],
    ['a port out of range', 'http://localhost:99999/cb'],
    ['a relative reference', '/cb'],
    ['nothing', ''],
    ['a scheme of a network service', 'ftp://a.test/cb'],
    ['parameters of the response', 'https://a.test/cb?state=x'],
  ])('refuses %s: %j', (_, uri) => expect(verdict(uri)).toBe('refused'));
});

describe('A13 (RFC 8252 §7.1): private-use schemes', () => {
  it.each([
    'workbuddy://oauth/callback',
    'myapp://cb',
    'my-app+beta://cb',
    'claude://cb',
    'vscode-insiders://publisher.name/cb',
    'com.example.app:/oauth2redirect',
    'com.example.app:cb',
    'x-callback-tool://cb',
  ])('accepts %s, which only an app opens', (uri) => expect(verdict(uri)).toBe('accepted'));

  it.each([
    ['a service of the internet', ['mailto:a@b.test', 'tel:123', 'sms:123', 'ssh://a.test', 'wss://a.test', 'urn:x:y']],
    ['a permanent IANA scheme with dots', ['iris.beep:x', 'soap.beep://a.test/cb', 'z39.50r://a.test/cb']],
    ['what a website can register', ['web+app://cb', 'matrix:r/x', 'bitcoin:x', 'openpgp4fpr:x', 'magnet:x']],
    ['what an extension can register', ['ext+app://cb']],
    ['Windows', ['ms-settings:privacy', 'ms-word:ofe', 'microsoft-edge:https://a.test', 'calculator:x']],
    ['Apple', ['facetime://a.test', 'itms-services://x', 'x-apple.systempreferences:x', 'shortcuts://x', 'maps://x']],
    ['Android', ['market://details', 'android-app://a.b']],
    ['a drive of Windows', ['c:/windows/system32']],
  ])('refuses %s', (_, uris) => {
    for (const uri of uris) {
      expect({ uri, ...judgeRedirectUri(uri) }).toMatchObject({
        verdict: 'refused',
        reason: uri.includes('@') ? expect.any(String) : expect.stringContaining('RFC 8252 section 7.1'),
      });
    }
  });

  it.each(['intent://scan/#Intent;end', 'ms-msdt:/id', 'search-ms:query=x', 'content://a', 'chrome-extension://x/cb'])(
    'calls %s dangerous, because it starts something on the device',
    (uri) => expect(verdict(uri)).toBe('dangerous'),
  );

  it.each(['localhost:3000/callback', 'example.com:8443/cb', 'com.example.app:443'])(
    'refuses %s, which lacks its scheme',
    (uri) => expect(judgeRedirectUri(uri)).toMatchObject({ reason: expect.stringContaining('it has no scheme') }),
  );
});

describe('A28 (RFC 9700 §4.1.3): a redirect URI whose host is a pattern', () => {
  it.each([
    'https://*.example.com/cb',
    'https://*/cb',
    'https://app-*.example.com/cb',
    'https://example.*/cb',
    'https://%2a.example.com/cb',
    'https://.example.com/cb',
    'https://example.com:*/cb',
    'http://localhost:*/cb',
    'http://*.localhost/cb',
    'com.example.app://*/cb',
  ])('refuses %s with the rule', (uri) =>
    expect(judgeRedirectUri(uri)).toEqual({
      verdict: 'refused',
      reason: 'its host is a pattern, but redirect URIs are compared exactly (RFC 9700 section 4.1.3)',
    }),
  );

  it('accepts * elsewhere, where it is compared like any other character', () => {
    expect([verdict('https://a.test/*'), verdict('https://a.test/cb?x=*')]).toEqual(['accepted', 'accepted']);
    expect(findRegisteredRedirectUri('https://a.test/b', ['https://a.test/*'])).toBeUndefined();
  });
});

it('gives every reason in the characters of an error_description (RFC 6749 §5.2)', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl({ withFragments: true })), (uri) => {
      const judgement = judgeRedirectUri(uri);
      if (judgement.verdict !== 'accepted') expect(judgement.reason).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
    }),
  );
});

it('#174 refuses a redirect URI of more than 2 KB', () => {
  expect(verdict(`https://a.test/${'x'.repeat(2048)}`)).toBe('refused');
});

describe('Redirect URI comparison (RFC 3986 §6.2.1, RFC 8252 §7.3)', () => {
  it.each([
    ['http://127.0.0.1:51000/cb', 'http://127.0.0.1/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:3000/cb'],
    ['http://127.0.0.1:51000/cb', 'http://127.0.0.1:3000/cb'],
    ['http://localhost:51000/cb?x=1', 'http://localhost:3000/cb?x=1'],
    ['http://[::1]:51000/cb', 'http://[::1]/cb'],
    ['http://127.0.0.1:33419/', 'http://127.0.0.1:33418/'],
  ])('#7 takes %s for %s', (requested, registered) =>
    expect(findRegisteredRedirectUri(requested, [registered])).toBe(registered),
  );

  it.each([
    ['http://127.0.0.1:51000/cb2', 'http://127.0.0.1/cb'],
    ['http://localhost:51000/cb', 'http://127.0.0.1/cb'],
    ['https://127.0.0.1:51000/cb', 'http://127.0.0.1/cb'],
    ['http://127.0.0.1:99999/cb', 'http://127.0.0.1/cb'],
    ['http://127.0.0.1:/cb', 'http://127.0.0.1/cb'],
    ['http://127.0.0.1:1@evil.test/cb', 'http://127.0.0.1/cb'],
    ['http://127.0.0.1.evil.test/cb', 'http://127.0.0.1/cb'],
    ['http://127.0.0.1/', 'http://127.0.0.1'],
    ['https://good.test:444/cb', 'https://good.test/cb'],
    ['https://good.test/callback.evil.com', 'https://good.test/callback'],
    ['https://good.test.evil.com/callback', 'https://good.test/callback'],
    ['https://good.test/callback/', 'https://good.test/callback'],
    ['https://good.test/callback?', 'https://good.test/callback'],
    ['https://good.test/%63allback', 'https://good.test/callback'],
    ['https://GOOD.test/callback', 'https://good.test/callback'],
    ['https://good.test/callback/..%2fevil', 'https://good.test/callback'],
    ['https://good.test/callback/..;/evil', 'https://good.test/callback'],
  ])('#3 #4 #6 #12 does not take %s for %s', (requested, registered) =>
    expect(findRegisteredRedirectUri(requested, [registered])).toBeUndefined(),
  );

  const anyUri = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.string(),
    fc
      .tuple(fc.constantFrom('http://localhost', 'http://127.0.0.1', 'http://[::1]', 'http://127.0.0.1.e'), fc.string())
      .map(([a, b]) => a + b),
  );

  it('never matches different URIs, unless both are loopback and differ only in the port', () => {
    fc.assert(
      fc.property(anyUri, anyUri, (requested, registered) => {
        if (findRegisteredRedirectUri(requested, [registered]) === undefined || requested === registered) return;
        const [a, b] = [new URL(requested), new URL(registered)];
        expect(['localhost', '127.0.0.1', '[::1]']).toContain(a.hostname);
        a.port = '';
        b.port = '';
        expect(a.href).toBe(b.href);
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts no URI that a browser would read with another scheme or host', () => {
    fc.assert(
      fc.property(anyUri, (uri) => {
        if (verdict(uri) !== 'accepted') return;
        const url = new URL(uri);
        expect(uri.startsWith(url.protocol)).toBe(true);
        expect(url.username + url.password + url.hash).toBe('');
        if (url.protocol === 'http:') expect(['localhost', '127.0.0.1', '[::1]']).toContain(url.hostname);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('Authorization response in a redirect URI (RFC 6749 §4.1.2)', () => {
  it('#26 encodes the parameters, and keeps the rest of the URI', () => {
    expect(
      withResponseParameters('https://a.test/cb', { code: 'x', state: 'a\r\nSet-Cookie: b', iss: undefined }),
    ).toBe('https://a.test/cb?code=x&state=a%0D%0ASet-Cookie%3A+b');
    expect(withResponseParameters('https://a.test/cb?t=%7E', { code: 'x' })).toBe('https://a.test/cb?t=%7E&code=x');
    expect(withResponseParameters('https://a.test/cb?', { code: 'x' })).toBe('https://a.test/cb?code=x');
  });

  it('names the target of a redirect for the pages', () => {
    expect(redirectTarget('https://claude.ai/x')).toEqual({ kind: 'website', name: 'claude.ai' });
    expect(redirectTarget('http://127.0.0.1:1234/')).toEqual({ kind: 'loopback', name: '127.0.0.1:1234' });
    expect(redirectTarget('cursor://a/b')).toEqual({ kind: 'app', name: 'cursor:' });
  });
});
