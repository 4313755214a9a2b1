import {
  canBeRemembered,
  computeClientFingerprint,
  findConsent,
  newConsent,
  REMEMBERED_CONSENT_SECONDS,
} from '../../../lambdas/core/authorization/consent.ts';
import type { Client } from '../../../lambdas/core/clients/client.ts';
import { NOW, RESOURCE, testClient } from '../../support/memory/records.ts';

const REDIRECT_URI = 'https://client.example.com/cb';
const confidential = (overrides: Partial<Client> = {}): Client =>
  testClient({
    clientId: 'a',
    redirectUris: [REDIRECT_URI],
    tokenEndpointAuthMethods: ['client_secret_post'],
    ...overrides,
  });
const ASKED = { clientId: 'a', redirectUri: REDIRECT_URI, resource: RESOURCE, scopes: ['mcp', 'email'] };

describe('Consents that may be remembered', () => {
  it.each<[string, Client, string, boolean]>([
    ['a website with credentials', confidential(), REDIRECT_URI, true],
    ['a client that signs', confidential({ tokenEndpointAuthMethods: ['private_key_jwt'] }), REDIRECT_URI, true],
    ['#128 a client without credentials', testClient(), REDIRECT_URI, false],
    [
      '#128 one that may do without',
      confidential({ tokenEndpointAuthMethods: ['private_key_jwt', 'none'] }),
      REDIRECT_URI,
      false,
    ],
    ['#138 a port of this computer', confidential(), 'http://127.0.0.1:5000/cb', false],
    ['#138 localhost', confidential(), 'http://localhost:5000/cb', false],
    ['#138 an app', confidential(), 'com.example.app:/cb', false],
    ['a client without any method', confidential({ tokenEndpointAuthMethods: [] }), REDIRECT_URI, false],
  ])('%s', (_, client, redirectUri, expected) => {
    expect(canBeRemembered(client, redirectUri)).toBe(expected);
  });
});

describe('#140 a consent is for exactly one request', () => {
  const client = confidential();
  const asked = { ...ASKED, clientFingerprint: computeClientFingerprint(client) };
  const consent = newConsent(ASKED, asked.clientFingerprint, 'company', NOW);
  const found = (request: typeof asked) => findConsent([consent], request, 'ada', undefined);

  it('lives ninety days, and is found with the scopes in any order', () => {
    expect(consent.expiresAt).toBe(NOW + REMEMBERED_CONSENT_SECONDS);
    expect(found(asked)).toBe(consent);
    expect(found({ ...asked, scopes: ['email', 'mcp'] })).toBe(consent);
  });

  it.each<[string, Partial<typeof asked>]>([
    ['another client', { clientId: 'b' }],
    ['another redirect URI', { redirectUri: `${REDIRECT_URI}2` }],
    ['another server', { resource: `${RESOURCE}2` }],
    ['one more scope', { scopes: ['mcp', 'email', 'profile'] }],
    ['one scope fewer', { scopes: ['mcp'] }],
    [
      'the client as it is now',
      { clientFingerprint: computeClientFingerprint(confidential({ clientName: 'Another name' })) },
    ],
  ])('not for %s', (_, change) => {
    expect(found({ ...asked, ...change })).toBeUndefined();
  });

  it.each<[string, Partial<Client>]>([
    ['name', { clientName: 'Another name' }],
    ['redirect URIs', { redirectUris: [REDIRECT_URI, 'https://evil.test/cb'] }],
    ['way to authenticate', { tokenEndpointAuthMethods: ['client_secret_basic'] }],
    ['keys', { jwksUri: 'https://client.example.com/jwks.json' }],
    ['grant types', { grantTypes: ['authorization_code'] }],
    ['source', { source: 'document' }],
  ])('another hash when the client changes its %s', (_, change) => {
    expect(computeClientFingerprint(confidential(change))).not.toBe(computeClientFingerprint(client));
  });

  it('the same hash when only issuedAt and expiresAt differ', () => {
    expect(computeClientFingerprint(confidential({ issuedAt: 1, expiresAt: 2 }))).toBe(
      computeClientFingerprint(client),
    );
  });

  it('ends with a not-before mark for all, the client or the user', () => {
    const none = { clients: {}, subjects: {} };
    const withMarks = (marks: object) => findConsent([consent], asked, 'ada', { ...none, ...marks });
    for (const marks of [{ all: NOW + 1 }, { clients: { a: NOW + 1 } }, { subjects: { ada: NOW + 1 } }]) {
      expect(withMarks(marks)).toBeUndefined();
    }
    expect(withMarks({ subjects: { bob: NOW + 1 } })).toBe(consent);
  });
});
