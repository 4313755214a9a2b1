/** Each member of the identity that the authorizer puts into its context, and the header that tells an HTTP backend. */
export const IDENTITY_HEADERS = {
  subject: 'X-Gatehouse-Subject',
  upstreamSubject: 'X-Gatehouse-Upstream-Subject',
  email: 'X-Gatehouse-Email',
  name: 'X-Gatehouse-Name',
  scopes: 'X-Gatehouse-Scopes',
  clientId: 'X-Gatehouse-Client-Id',
  identityProvider: 'X-Gatehouse-Identity-Provider',
} as const;

/** The caller's identity as texts that can be sent in headers. A missing value is `NO_VALUE`. */
export type IdentityContext = Readonly<Record<keyof typeof IDENTITY_HEADERS, string>>;

/** Sent for a missing value. An empty value might let the caller's own header through API Gateway's mapping. */
export const NO_VALUE = '-';

/**
 * Whether a backend could read a header of the caller as our identity. Servers that read headers as CGI variables
 * (RFC 3875 §4.1.18) turn hyphens into underscores, and some of them every character except letters and digits.
 *
 * @param name in any case
 */
export const isIdentityHeader = (name: string): boolean => /^x[^a-z0-9]gatehouse[^a-z0-9]/i.test(name);
