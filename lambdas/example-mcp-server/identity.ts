import type { APIGatewayProxyEvent } from 'aws-lambda';

/** Who calls, as Gatehouse's authorizer found it. */
export interface Identity {
  /** Stable and opaque: the `sub` of the caller's access token. Key your data by this. A machine's is its client id. */
  readonly subject: string;
  /** The person's id at the identity provider, only where the server asks for `profile`. */
  readonly upstreamSubject?: string;
  /** Verified by the identity provider, only where the server asks for `email`. */
  readonly email?: string;
  /** Only where the server asks for `profile`. For showing, never for deciding. */
  readonly name?: string;
  readonly scopes: readonly string[];
  /** The OAuth client (the program) that acts for the person. */
  readonly clientId: string;
  /** Id of the identity provider that the person logged in at; absent where no person is: a machine on its own account. */
  readonly identityProvider?: string;
}

/** What the authorizer sends for "nothing". */
const NOTHING = '-';

/** The authorizer percent-encodes what cannot stand in a header, since HTTP backends get the same values there. */
const decoded = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

/**
 * The caller of a Lambda backend. Reads `event.requestContext.authorizer` alone, which only API Gateway can write:
 * whatever `x-gatehouse-*` stands in `event.headers` was sent by the caller and proves nothing.
 * @throws Error when the event did not come through the authorizer.
 */
export const identityFrom = (event: Pick<APIGatewayProxyEvent, 'requestContext'>): Identity => {
  const context: Readonly<Record<string, unknown>> = event.requestContext.authorizer ?? {};
  const optional = (key: string): string | undefined => {
    const value = context[key];
    return typeof value === 'string' && value !== '' && value !== NOTHING ? decoded(value) : undefined;
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
