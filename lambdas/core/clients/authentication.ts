import { constantTimeEqual, sha256 } from '../crypto.ts';
import { OAuthError } from '../oauth-error.ts';
import {
  CLIENT_ASSERTION_TYPE,
  type KeyOptions,
  parseClientAssertion,
  type UnverifiedClientAssertion,
} from './assertion.ts';
import type { Client, TokenEndpointAuthMethod } from './client.ts';

/** The credentials in a request, not yet verified. A new method adds one member here and one verifier. */
export type PresentedClient =
  | { readonly method: 'none'; readonly clientId: string }
  | {
      readonly method: 'client_secret_post' | 'client_secret_basic';
      readonly clientId: string;
      readonly clientSecret: string;
    }
  | { readonly method: 'private_key_jwt'; readonly clientId: string; readonly assertion: UnverifiedClientAssertion };

/**
 * Authenticates a client by its assertion, which can be used once: `authenticateByAssertion` with its keys and store.
 * Throws what that function throws.
 */
export type AssertionVerifier = (
  client: Client,
  assertion: UnverifiedClientAssertion,
  options: Pick<KeyOptions, 'mayFetchKeys'>,
) => Promise<void>;

/**
 * Whether `presented` is the current or the previous secret of a configured client, since its operator may be rotating
 * it.
 *
 * @throws UnavailableError when the secret cannot be read
 */
export type SecretVerifier = (clientSecretId: string, presented: string) => Promise<boolean>;

/** Verifiers for credentials that the client's record alone cannot verify. */
export interface ClientVerifiers {
  /** Without it, the endpoint accepts no assertions. */
  readonly verifyAssertion?: AssertionVerifier;
  readonly verifySecret?: SecretVerifier;
}

/** An authenticated client, and the method that it used. The grant stores the method. */
export interface AuthenticatedClient {
  readonly client: Client;
  readonly method: TokenEndpointAuthMethod;
}

/** RFC 6749 §5.2: a client that used the Authorization header gets the challenge of that scheme. */
const BASIC_CHALLENGE = { 'www-authenticate': 'Basic realm="gatehouse", charset="UTF-8"' };

const invalidClient = (
  detail: string,
  triedHeader: boolean,
  description = 'Client authentication failed. Check the client credentials.',
): OAuthError => new OAuthError('invalid_client', description, { detail, headers: triedHeader ? BASIC_CHALLENGE : {} });

const unknownClient = (triedHeader: boolean): OAuthError =>
  invalidClient('unknown client', triedHeader, 'This client does not exist, or exists no longer. Register again.');

/**
 * Parses the client credentials of a request.
 *
 * @param authorizationHeaders every `Authorization` header of the request
 * @param form the parameters of the body, none of them empty
 * @throws OAuthError `invalid_client` when the credentials are malformed; `invalid_request` when `client_id` is missing,
 *   the header has another scheme, or the request uses several methods (RFC 6749 §2.3, §5.2)
 */
export const parsePresentedClient = (
  authorizationHeaders: readonly string[],
  form: Pick<URLSearchParams, 'get'>,
): PresentedClient => {
  const [header, ...others] = authorizationHeaders;
  if (others.length > 0) throw invalidClient('several Authorization headers', true);
  if (header !== undefined && !/^basic\b/i.test(header)) throw otherScheme();
  if (header !== undefined) return parseBasicCredentials(header, form);
  if (hasAssertion(form)) return parseAssertion(form);
  const [clientId, clientSecret] = [form.get('client_id'), form.get('client_secret')];
  if (clientId === null) throw new OAuthError('invalid_request', 'The parameter client_id is missing.');
  if (clientSecret === null) return { method: 'none', clientId };
  return { method: 'client_secret_post', clientId, clientSecret };
};

/** Whether a request has credentials of any kind, valid or not. Without them it can only be that of a public client. */
export const presentsCredentials = (
  authorizationHeaders: readonly string[],
  form: Pick<URLSearchParams, 'get'>,
): boolean => authorizationHeaders.length > 0 || form.get('client_secret') !== null || hasAssertion(form);

/** Some clients send their access token here. It is no credential of a client. */
const otherScheme = (): OAuthError =>
  new OAuthError(
    'invalid_request',
    'The Authorization header must have the scheme Basic. Omit it, and send client_id in the body.',
    { detail: 'the Authorization header is not Basic' },
  );

/** RFC 6749 §2.3.1: id and secret are form-encoded before RFC 7617 joins them. */
const parseBasicCredentials = (header: string, form: Pick<URLSearchParams, 'get'>): PresentedClient => {
  const credentials = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1];
  if (credentials === undefined) throw invalidClient('the Basic credentials are not base64', true);
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const clientId = colon < 0 ? undefined : decodeFormValue(text.slice(0, colon));
  const clientSecret = colon < 0 ? undefined : decodeFormValue(text.slice(colon + 1));
  if (!clientId || clientSecret === undefined) throw invalidClient('malformed Basic credentials', true);
  if (form.get('client_secret') !== null || hasAssertion(form)) throw severalMethods();
  if ((form.get('client_id') ?? clientId) !== clientId) {
    throw invalidClient('client_id differs from the Authorization header', true);
  }
  return { method: 'client_secret_basic', clientId, clientSecret };
};

const hasAssertion = (form: Pick<URLSearchParams, 'get'>): boolean =>
  form.get('client_assertion') !== null || form.get('client_assertion_type') !== null;

/** RFC 7521 §4.2, RFC 7523 §2.2: `client_id` may be omitted, because the assertion names the client. */
const parseAssertion = (form: Pick<URLSearchParams, 'get'>): PresentedClient => {
  const [type, jwt] = [form.get('client_assertion_type'), form.get('client_assertion')];
  if (form.get('client_secret') !== null) throw severalMethods();
  if (type === null || jwt === null) {
    throw new OAuthError(
      'invalid_request',
      'Only one of client_assertion and client_assertion_type was sent. Send both.',
    );
  }
  if (type !== CLIENT_ASSERTION_TYPE) throw invalidClient('client_assertion_type is not jwt-bearer', false);
  const assertion = parseClientAssertion(jwt);
  if ((form.get('client_id') ?? assertion.clientId) !== assertion.clientId) {
    throw invalidClient('client_id differs from the client assertion', false);
  }
  return { method: 'private_key_jwt', clientId: assertion.clientId, assertion };
};

const severalMethods = (): OAuthError =>
  new OAuthError('invalid_request', 'The request uses two client authentication methods. Use one.');

/** Decodes one `application/x-www-form-urlencoded` value; undefined when it is malformed. */
const decodeFormValue = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
};

const isClientSecret = async (client: Client, presented: string, verifySecret?: SecretVerifier): Promise<boolean> => {
  const { clientSecretHash, clientSecretId } = client;
  if (clientSecretHash !== undefined) return constantTimeEqual(sha256(presented), clientSecretHash);
  return clientSecretId !== undefined && (await verifySecret?.(clientSecretId, presented)) === true;
};

/**
 * Authenticates a client by the methods that it may use: a client with a secret always needs it (catalogue #53). Both
 * ways to send the secret prove the same, so each is accepted for the other. A public client that sends a secret
 * proves nothing with it, and stays public.
 *
 * @param client the client with the id `presented.clientId`; undefined when it is unknown or gone
 * @param options.mayFetchKeys whether a host that the client names may be contacted; by default not. Pass true only for
 *   a request with a code or token that was issued to this client: otherwise any caller could make this server wait for
 *   a host of its choice. The host of a client that the operator configured may always be contacted.
 * @throws KeysNotFetchedError when the client can be proven only by contacting that host
 * @throws OAuthError `invalid_client`
 * @throws UnavailableError when the credentials cannot be verified now
 */
export const authenticateClient = async (
  client: Client | undefined,
  presented: PresentedClient,
  { verifyAssertion, verifySecret }: ClientVerifiers = {},
  { mayFetchKeys = false }: { readonly mayFetchKeys?: boolean } = {},
): Promise<AuthenticatedClient> => {
  const triedHeader = presented.method === 'client_secret_basic';
  if (client === undefined) throw unknownClient(triedHeader);
  const method = effectiveMethod(client, presented.method);
  if (method === undefined) throw invalidClient(`the client may not use ${presented.method}`, triedHeader);
  if (method === 'none') return { client, method };
  switch (presented.method) {
    case 'none':
      break;
    case 'client_secret_post':
    case 'client_secret_basic':
      if (!(await isClientSecret(client, presented.clientSecret, verifySecret))) {
        throw invalidClient('wrong client secret', triedHeader);
      }
      break;
    case 'private_key_jwt':
      if (verifyAssertion === undefined) throw invalidClient('this endpoint accepts no client assertions', false);
      await verifyAssertion(client, presented.assertion, {
        mayFetchKeys: mayFetchKeys || client.source === 'configured',
      });
  }
  return { client, method };
};

const SECRET_METHODS: readonly TokenEndpointAuthMethod[] = ['client_secret_basic', 'client_secret_post'];

/** The method that a request counts as, or undefined when the client may not use it. */
const effectiveMethod = (
  { tokenEndpointAuthMethods: allowed }: Client,
  presented: TokenEndpointAuthMethod,
): TokenEndpointAuthMethod | undefined => {
  if (!SECRET_METHODS.includes(presented)) return allowed.includes(presented) ? presented : undefined;
  if (allowed.some((method) => SECRET_METHODS.includes(method))) return presented;
  return allowed.includes('none') ? 'none' : undefined;
};

/** The methods by strength: a higher number is harder to forge. */
export const AUTH_METHOD_STRENGTH = {
  none: 0,
  client_secret_post: 1,
  client_secret_basic: 1,
  private_key_jwt: 2,
} as const;

/**
 * A client with several methods must not refresh with a weaker method than it used to redeem the code.
 *
 * @throws OAuthError `invalid_client`
 */
export const assertNotWeaker = (method: TokenEndpointAuthMethod, atRedemption: TokenEndpointAuthMethod): void => {
  if (AUTH_METHOD_STRENGTH[method] < AUTH_METHOD_STRENGTH[atRedemption]) {
    throw invalidClient(
      `${method} is weaker than ${atRedemption}, which redeemed the code`,
      method === 'client_secret_basic',
    );
  }
};
