import type { ClaimFindings } from '../../../lambdas/core/upstream/claims.ts';
import type { UpstreamIdentity } from '../../../lambdas/core/upstream/identity.ts';
import type { UpstreamTokens } from '../../../lambdas/core/upstream/session.ts';
import type { UpstreamIdp, UpstreamLeg, UpstreamLogin } from '../../../lambdas/runtime/ports/index.ts';

export const PERSON: UpstreamIdentity = {
  identityProviderId: 'company',
  issuer: 'https://login.example.com',
  subject: 'person-1',
  email: 'ada@example.com',
  emailVerified: true,
  name: 'Ada Lovelace',
};

/** An identity provider that answers as it is told, and remembers what it was asked. */
export class ScriptedIdp implements UpstreamIdp {
  readonly id: string;
  readonly redeemed: string[] = [];
  answer: () => UpstreamIdentity;
  tokens: UpstreamTokens = {};
  foundClaims: ClaimFindings = {};
  onPrepare: () => void = () => undefined;

  constructor(id: string) {
    this.id = id;
    this.answer = () => ({ ...PERSON, identityProviderId: id });
  }

  async authorizationUrl(leg: UpstreamLeg, options: { selectAccount?: boolean } = {}): Promise<URL> {
    const url = new URL(`https://${this.id}.idp.example/authorize`);
    url.searchParams.set('state', leg.state);
    if (options.selectAccount) url.searchParams.set('prompt', 'select_account');
    return url;
  }

  async prepare(): Promise<void> {
    this.onPrepare();
  }

  async identify(parameters: URLSearchParams): Promise<UpstreamLogin> {
    this.redeemed.push(parameters.get('code') ?? '');
    return { identity: this.answer(), tokens: this.tokens, foundClaims: this.foundClaims };
  }

  async renew(): Promise<never> {
    throw new Error('this provider is never asked again');
  }
}
