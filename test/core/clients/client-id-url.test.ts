import fc from 'fast-check';
import {
  brokenClientIdUrlRule,
  brokenFetchUrlRule,
  isClientIdUrl,
} from '../../../lambdas/core/clients/client-id-url.ts';
import { newId } from '../../../lambdas/core/crypto.ts';

describe('client_id URL (draft-ietf-oauth-client-id-metadata-document-01 §3, #191)', () => {
  it.each([
    'https://claude.ai/oauth/mcp-oauth-client-metadata',
    'https://vscode.dev/oauth/client-metadata.json',
    'https://client.example.org:8443/client.json',
    'https://client.example.org/client.json?v=2',
    'https://client.example.org/a/',
    'https://client.example.org/...',
    'https://client.example.org/.well-known/client.json',
    'https://client.example.org/%41',
    'https://xn--bcher-kva.example.org/client.json',
  ])('takes %s', (url) => {
    expect(brokenClientIdUrlRule(url)).toBeUndefined();
  });

  it.each([
    ['http://client.example.org/client.json', 'scheme'],
    ['ftp://client.example.org/client.json', 'scheme'],
    ['HTTPS://client.example.org/client.json', 'scheme'],
    ['https:/client.example.org/client.json', 'scheme'],
    ['https:client.example.org/client.json', 'scheme'],
    ['//client.example.org/client.json', 'scheme'],
    ['http://localhost/client.json', 'scheme'],
    ['https://client.example.org', 'path'],
    ['https://client.example.org/', 'path'],
    ['https://client.example.org?x=/y', 'path'],
    ['https://client.example.org/?x', 'path'],
    ['https://client.example.org/a/../client.json', 'dot_segment'],
    ['https://client.example.org/a/./client.json', 'dot_segment'],
    ['https://client.example.org/a/..', 'dot_segment'],
    ['https://client.example.org/a/%2e%2E/client.json', 'dot_segment'],
    ['https://client.example.org/a/.%2e/client.json', 'dot_segment'],
    ['https://client.example.org/client.json#x', 'fragment'],
    ['https://client.example.org/client.json#', 'fragment'],
    ['https://user@client.example.org/client.json', 'userinfo'],
    ['https://user:pass@client.example.org/client.json', 'userinfo'],
    ['https://@client.example.org/client.json', 'userinfo'],
    ['https://client.example.org:22/client.json', 'port'],
    ['https://client.example.org:80/client.json', 'port'],
    ['https://client.example.org:/client.json', 'port'],
    ['https://client.example.org:99999/client.json', 'port'],
    ['https://client.example.org:443/client.json', 'not_normal_form'],
    ['https://Client.example.org/client.json', 'not_normal_form'],
    ['https://client.example.org:08443/client.json', 'not_normal_form'],
    ['https://0x7f.1/client.json', 'not_normal_form'],
    ['https://2130706433/client.json', 'not_normal_form'],
    ['https://0177.0.0.1/client.json', 'not_normal_form'],
    ['https://[::FFFF:127.0.0.1]/client.json', 'not_normal_form'],
    ['https://%63lient.example.org/client.json', 'not_normal_form'],
    ['https:///client.json', 'not_normal_form'],
    ['https://client.example.org/a b', 'characters'],
    [' https://client.example.org/client.json', 'characters'],
    ['https://client.example.org/client.json\n', 'characters'],
    ['https://client.example.org\\@evil.example.net/client.json', 'characters'],
    ['https://client.example.org/\u0000', 'characters'],
    ['https://bücher.example.org/client.json', 'characters'],
    ['https://client.example.org/%zz', 'characters'],
    ['', 'characters'],
    [`https://client.example.org/${'a'.repeat(2048)}`, 'too_long'],
  ])('refuses %j: %s', (url, rule) => {
    expect(brokenClientIdUrlRule(url)).toBe(rule);
  });

  it.each([
    ['http://localhost:4801/client.json', undefined],
    ['http://127.0.0.1/client.json', undefined],
    ['http://127.0.0.1:80/client.json', 'not_normal_form'],
    ['http://127.0.0.2/client.json', 'scheme'],
    ['http://[::1]/client.json', 'scheme'],
    ['http://localhost.example.org/client.json', 'scheme'],
    ['http://localhost:1@example.org/client.json', 'scheme'],
    ['http://localhost/', 'path'],
    ['https://client.example.org/client.json', undefined],
  ])('on a laptop, %s: %s', (url, rule) => {
    expect(brokenClientIdUrlRule(url, { allowLoopback: true })).toBe(rule);
  });

  it('accepts only URLs that no parser rewrites and whose parts equal the raw text', () => {
    const mutated = fc
      .tuple(fc.constantFrom('https://', 'http://', 'HTTPS://', 'https:/', ''), fc.webAuthority({ withPort: true }))
      .chain(([scheme, authority]) =>
        fc.tuple(fc.constant(`${scheme}${authority}`), fc.string(), fc.webPath()).map((parts) => parts.join('')),
      );
    fc.assert(
      fc.property(
        fc.oneof(mutated, fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string()),
        (text) => {
          if (brokenClientIdUrlRule(text) !== undefined) return;
          const url = new URL(text);
          expect(url.href).toBe(text);
          expect([url.protocol, url.username, url.password, url.hash]).toEqual(['https:', '', '', '']);
          expect(url.pathname).not.toBe('/');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('#177: generated client ids never look like a URL', () => {
    for (let n = 0; n < 10_000; n += 1) expect(isClientIdUrl(newId())).toBe(false);
    expect(isClientIdUrl('HTTP://client.example.org')).toBe(true);
  });

  it('accepts a jwks_uri with the path /', () => {
    expect(brokenFetchUrlRule('https://keys.example.org/')).toBeUndefined();
    expect(brokenFetchUrlRule('https://keys.example.org')).toBe('path');
  });
});
