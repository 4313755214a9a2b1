/** The client credentials that the operator received when registering this server at the identity provider. */
export interface UpstreamCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Both methods throw UpstreamError `misconfigured` when there are none, UnavailableError when they cannot be read. */
export interface UpstreamCredentialsReader {
  /** From a copy that is at most five minutes old. */
  read(): Promise<UpstreamCredentials>;
  /** From Secrets Manager, after the provider refused the copy. */
  readAgain(): Promise<UpstreamCredentials>;
}

/**
 * Calls the provider with the given credentials. If it refuses them, and the secret has changed since it was read, calls
 * once more with the new ones: refused credentials use up no code (#167).
 */
export const withFreshSecret = async <Result>(
  reader: UpstreamCredentialsReader,
  credentials: UpstreamCredentials,
  isRefused: (error: unknown) => boolean,
  call: (credentials: UpstreamCredentials) => Promise<Result>,
): Promise<Result> => {
  try {
    return await call(credentials);
  } catch (error) {
    if (!isRefused(error)) throw error;
    const fresh = await reader.readAgain();
    if (fresh.clientId === credentials.clientId && fresh.clientSecret === credentials.clientSecret) throw error;
    return await call(fresh);
  }
};
