import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { OutcomeUnknownError, UpstreamError } from '../../../lambdas/core/upstream/errors.ts';
import type { UpstreamIdentity } from '../../../lambdas/core/upstream/identity.ts';
import type { UpstreamTokens } from '../../../lambdas/core/upstream/session.ts';
import type { RenewedLogin, UpstreamIdp } from '../../../lambdas/runtime/ports/index.ts';

/** A provider whose refresh tokens work once. A test sets how it responds. */
export class OneTimeProvider implements Pick<UpstreamIdp, 'renew' | 'prepare'> {
  /** Every refresh token that was presented, in order. */
  readonly seen: string[] = [];
  identity: UpstreamIdentity;
  accessTokenSeconds: number | undefined = 3600;
  /** `lost`: the token is consumed, and the next one never arrives. */
  mode: 'up' | 'down' | 'lost' | 'userinfo down' | 'removed' | 'misconfigured' | 'undiscoverable' = 'up';
  /** Called before each response, so that a test can delay parallel requests. */
  beforeAnswer: () => Promise<void> = () => new Promise((resolve) => setImmediate(resolve));
  private current = 'upstream-refresh-0';
  private readonly now: () => number;

  constructor(identity: UpstreamIdentity, now: () => number) {
    this.identity = identity;
    this.now = now;
  }

  /** The tokens of a login. */
  tokens(): UpstreamTokens {
    const { accessTokenSeconds } = this;
    return {
      accessToken: `upstream-access-${this.seen.length}`,
      ...(accessTokenSeconds === undefined ? {} : { accessTokenExpiresAt: this.now() + accessTokenSeconds }),
      refreshToken: this.current,
    };
  }

  async prepare(): Promise<void> {
    if (this.mode === 'undiscoverable') throw new UnavailableError('the identity provider', new Error('no discovery'));
  }

  async renew({ refreshToken = '' }: UpstreamTokens): Promise<RenewedLogin> {
    await this.beforeAnswer();
    if (this.mode === 'down') throw new UnavailableError('the identity provider', new Error('it answered 429'));
    if (this.mode === 'misconfigured') throw new UpstreamError('misconfigured', 'it refused our client id or secret');
    this.seen.push(refreshToken);
    if (refreshToken !== this.current) throw new UpstreamError('denied', 'it answered invalid_grant');
    if (this.mode === 'removed') throw new UpstreamError('denied', 'it answered invalid_grant');
    this.current = `upstream-refresh-${this.seen.length}`;
    if (this.mode === 'lost') throw new OutcomeUnknownError('the identity provider', new Error('timeout'));
    const { mode } = this;
    return {
      tokens: this.tokens(),
      identify: async () => {
        if (mode === 'userinfo down') throw new UnavailableError('the identity provider', new Error('userinfo: 500'));
        return this.identity;
      },
    };
  }
}
