import type { UpstreamErrorReason } from '../../../../lambdas/core/upstream/errors.ts';
import type { TokenEndpointAuthentication } from '../../../../lambdas/core/upstream/provider-kinds.ts';
import type { UpstreamCredentialsReader } from '../../../../lambdas/runtime/adapters/upstream/credentials.ts';
import { OidcIdentityProvider } from '../../../../lambdas/runtime/adapters/upstream/oidc.ts';
import { CLIENT_ID, CLIENT_SECRET, MisbehavingProvider } from '../../../support/providers/misbehaving-provider.ts';

export const LEG = { state: 'the-state', nonce: 'the-nonce', codeVerifier: 'v'.repeat(43) };
export const REDIRECT_URI = 'https://gate.example.com/callback/company';
export const NOW = () => Math.floor(Date.now() / 1000);

export let provider: MisbehavingProvider;
/** Starts the provider for the tests of a file, and resets it before each one. */
export const useProvider = (): void => {
  beforeAll(async () => {
    provider = await MisbehavingProvider.start();
  });
  beforeEach(() => {
    provider.reset();
    provider.nonce = LEG.nonce;
  });
  afterAll(() => provider.stop());
};

export const credentials = (
  secret = CLIENT_SECRET,
  fresh = secret,
): UpstreamCredentialsReader & { readAgainCount: number } => ({
  readAgainCount: 0,
  read: async () => ({ clientId: CLIENT_ID, clientSecret: secret }),
  async readAgain() {
    this.readAgainCount += 1;
    return { clientId: CLIENT_ID, clientSecret: fresh };
  },
});

export const relyingParty = (
  reader = credentials(),
  scopes = ['openid', 'email', 'profile'],
  now = NOW,
  tokenEndpointAuthentication?: TokenEndpointAuthentication,
) =>
  new OidcIdentityProvider(
    {
      id: 'company',
      kind: 'oidc',
      issuer: provider.issuer,
      scopes,
      claims: {},
      redirectUri: REDIRECT_URI,
      tokenEndpointAuthentication,
    },
    reader,
    now,
  );

export const callback = (overrides: Readonly<Record<string, string>> = {}) =>
  new URLSearchParams({ code: 'upstream-code', state: LEG.state, ...overrides });

export const logIn = (parameters = callback(), idp = relyingParty()) => idp.identify(parameters, LEG);
export const identify = async (...login: Parameters<typeof logIn>) => (await logIn(...login)).identity;

export const expectReason = (result: Promise<unknown>, reason: UpstreamErrorReason) =>
  expect(result).rejects.toMatchObject({ name: 'UpstreamError', reason });
