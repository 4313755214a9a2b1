/** RFC 6750 §2.1: the scheme in any case (RFC 9110 §11.1), and exactly one b64token. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/** Well above the length of any token that Gatehouse issues. API Gateway accepts 10,240 bytes of headers in total. */
const MAX_TOKEN_CHARACTERS = 8192;

/**
 * Returns the token of an `Authorization: Bearer` header.
 *
 * @param authorizationHeaders every value of the header that was sent
 * @returns undefined when there is no header, when it is malformed, or when there is more than one, because two
 *   implementations might then read different tokens
 */
export const bearerToken = (authorizationHeaders: readonly string[]): string | undefined => {
  const [header, ...others] = authorizationHeaders;
  if (header === undefined || others.length > 0 || header.length > MAX_TOKEN_CHARACTERS) return undefined;
  return BEARER.exec(header)?.[1];
};
