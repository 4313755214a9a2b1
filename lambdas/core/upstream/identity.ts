/** A user as the identity provider described them. `issuer` and `subject` together identify the user. */
export interface UpstreamIdentity {
  readonly identityProviderId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly email?: string;
  /** True only where the provider vouches for the address. */
  readonly emailVerified: boolean;
  readonly name?: string;
  /** Claim to values. Holds only the values that a rule in the configuration names. */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
}
