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

/**
 * Calls with the credentials at hand. A refused client has not used up the code, so the call is made once more if the
 * secret has changed since it was read (catalogue #167).
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
