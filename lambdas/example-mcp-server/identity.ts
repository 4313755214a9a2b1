import type { APIGatewayProxyEvent } from 'aws-lambda';

/** The caller's identity, as verified by Gatehouse's authorizer. */
export interface Identity {
  /** The `sub` of the access token, which is stable and opaque. Use it as the key of your data. */
  readonly subject: string;
  /** The user's id at the identity provider. Present only if the server requires `profile`. */
  readonly upstreamSubject?: string;
  /** Verified by the identity provider. Present only if the server requires `email`. */
  readonly email?: string;
  /** For display only, never for decisions. Present only if the server requires `profile`. */
  readonly name?: string;
  readonly scopes: readonly string[];
  /** The OAuth client that acts for the user. Equal to `subject` for the client credentials grant. */
  readonly clientId: string;
  /** The id of the identity provider at which the user logged in. Missing for the client credentials grant. */
  readonly identityProvider?: string;
}

/** The authorizer sends this for a missing value. */
const NO_VALUE = '-';

/** The authorizer percent-encodes values, because HTTP backends get the same values in headers. */
const decoded = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

/**
 * Returns the caller of a Lambda backend. It reads only `event.requestContext.authorizer`, which only API Gateway can
 * write. The caller can send `x-gatehouse-*` in `event.headers`, so these headers prove nothing.
 *
 * @throws Error if the event did not come through the authorizer
 */
export const identityFrom = (event: Pick<APIGatewayProxyEvent, 'requestContext'>): Identity => {
  const context: Readonly<Record<string, unknown>> = event.requestContext.authorizer ?? {};
  const optional = (key: string): string | undefined => {
    const value = context[key];
    return typeof value === 'string' && value !== '' && value !== NO_VALUE ? decoded(value) : undefined;
  };
  const required = (key: string): string => {
    const value = optional(key);
    if (value === undefined)
      throw new Error(`no ${key} in the authorizer's context: invoke this function through Gatehouse`);
    return value;
  };
  const [upstreamSubject, email, name] = [optional('upstreamSubject'), optional('email'), optional('name')];
  const identityProvider = optional('identityProvider');
  return {
    subject: required('subject'),
    ...(upstreamSubject === undefined ? {} : { upstreamSubject }),
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
    scopes: optional('scopes')?.split(' ') ?? [],
    clientId: required('clientId'),
    ...(identityProvider === undefined ? {} : { identityProvider }),
  };
};
