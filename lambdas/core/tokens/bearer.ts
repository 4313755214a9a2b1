/** RFC 6750 §2.1: the scheme in any case (RFC 9110 §11.1), then exactly one b64token. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/** API Gateway passes at most 10,240 bytes of headers; no token of ours comes near. */
const MAX_TOKEN_CHARACTERS = 8192;

/**
 * The token of an `Authorization: Bearer` header. Undefined when there is none, when it is malformed, and when the
 * header was sent more than once: two readers might then see different tokens.
 */
export const bearerToken = (authorizationHeaders: readonly string[]): string | undefined => {
  const [header, ...others] = authorizationHeaders;
  if (header === undefined || others.length > 0 || header.length > MAX_TOKEN_CHARACTERS) return undefined;
  return BEARER.exec(header)?.[1];
};
