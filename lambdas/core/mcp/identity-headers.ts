/** The members of the identity in the authorizer's context, each with the header that an HTTP backend gets. */
export const IDENTITY_HEADERS = {
  subject: 'X-Gatehouse-Subject',
  upstreamSubject: 'X-Gatehouse-Upstream-Subject',
  email: 'X-Gatehouse-Email',
  name: 'X-Gatehouse-Name',
  scopes: 'X-Gatehouse-Scopes',
  clientId: 'X-Gatehouse-Client-Id',
  identityProvider: 'X-Gatehouse-Identity-Provider',
} as const;

/** The caller's identity, each value as text that a header can hold. A missing value is `NO_VALUE`. */
export type IdentityContext = Readonly<Record<keyof typeof IDENTITY_HEADERS, string>>;

/** Stands for a missing value. With an empty value, API Gateway's mapping might pass on the caller's own header. */
export const NO_VALUE = '-';

/** The edge sends the query in this header as the client wrote it, because the event of a function has it only decoded. */
export const QUERY_HEADER = 'x-gatehouse-query';

/**
 * Whether a backend could mistake a header of the caller for an identity header. Servers that read headers as CGI
 * variables (RFC 3875 §4.1.18) turn hyphens into underscores. Some replace every character except letters and digits.
 *
 * @param name the header's name, in any case
 */
export const isIdentityHeader = (name: string): boolean => /^x[^a-z0-9]gatehouse[^a-z0-9]/i.test(name);
