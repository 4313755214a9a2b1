/** What the operator got when registering this server at the identity provider. */
export interface UpstreamCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Both throw UpstreamError `misconfigured` when there are none, UnavailableError when they cannot be read. */
export interface UpstreamCredentialsReader {
  /** From a copy of at most five minutes. */
  read(): Promise<UpstreamCredentials>;
  /** From the source, after the provider refused what we had. */
  readAgain(): Promise<UpstreamCredentials>;
}
