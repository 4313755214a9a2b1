import { constantTimeEqual, sha256 } from '../crypto.ts';
import { OAuthError } from '../oauth-error.ts';
import {
  CLIENT_ASSERTION_TYPE,
  type KeyOptions,
  parseClientAssertion,
  type UnverifiedClientAssertion,
} from './assertion.ts';
import type { Client, TokenEndpointAuthMethod } from './client.ts';

/** One method's claim to be a client, not yet proven. A new method is one more member here and one more verifier. */
export type PresentedClient =
  | { readonly method: 'none'; readonly clientId: string }
  | {
      readonly method: 'client_secret_post' | 'client_secret_basic';
      readonly clientId: string;
      readonly clientSecret: string;
    }
  | { readonly method: 'private_key_jwt'; readonly clientId: string; readonly assertion: UnverifiedClientAssertion };

/**
 * Proves a client by its assertion, and spends the assertion (`authenticateByAssertion` with its keys and store).
 * Throws what that function throws.
 */
export type AssertionVerifier = (
  client: Client,
  assertion: UnverifiedClientAssertion,
  options: Pick<KeyOptions, 'mayFetchKeys'>,
) => Promise<void>;

/**
 * Whether the text is the secret of a configured client, current or former: its operator may be changing it.
 * Rejects with UnavailableError when that is not known.
 */
export type SecretVerifier = (clientSecretId: string, presented: string) => Promise<boolean>;

/** How claims are proven that the client's record alone cannot prove. */
export interface ClientVerifiers {
  /** An endpoint that has none accepts no assertions. */
  readonly verifyAssertion?: AssertionVerifier;
  readonly verifySecret?: SecretVerifier;
}

/** A client that proved who it is, and by which method: the grant remembers it. */
export interface AuthenticatedClient {
  readonly client: Client;
  readonly method: TokenEndpointAuthMethod;
}

/** RFC 6749 §5.2: a client that tried the header is answered with the challenge of that scheme. */
const BASIC_CHALLENGE = { 'www-authenticate': 'Basic realm="gatehouse", charset="UTF-8"' };

const invalidClient = (detail: string, triedHeader: boolean): OAuthError =>
  new OAuthError('invalid_client', 'Client authentication failed. Register again, or check the client credentials.', {
    detail,
    headers: triedHeader ? BASIC_CHALLENGE : {},
  });

/**
 * Finds the one method that the request uses.
 * @param authorizationHeaders every `Authorization` header that was sent
 * @param form the parameters of the body, none of them empty
 * @throws OAuthError `invalid_client` when there is none or it is malformed, `invalid_request` when there are several
 *   (RFC 6749 §2.3, §5.2)
 */
export const parsePresentedClient = (
  authorizationHeaders: readonly string[],
  form: Pick<URLSearchParams, 'get'>,
): PresentedClient => {
  const [header, ...others] = authorizationHeaders;
  if (others.length > 0) throw invalidClient('several Authorization headers', true);
  if (header !== undefined) return parseBasicCredentials(header, form);
  if (hasAssertion(form)) return parseAssertion(form);
  const [clientId, clientSecret] = [form.get('client_id'), form.get('client_secret')];
  if (clientId === null) throw invalidClient('client_id is missing', false);
  if (clientSecret === null) return { method: 'none', clientId };
  return { method: 'client_secret_post', clientId, clientSecret };
};

/** RFC 6749 §2.3.1: both halves are form-encoded before RFC 7617 joins them. */
const parseBasicCredentials = (header: string, form: Pick<URLSearchParams, 'get'>): PresentedClient => {
  const credentials = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1];
  if (credentials === undefined) throw invalidClient('the Authorization header is not Basic', true);
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

/** RFC 7521 §4.2, RFC 7523 §2.2: `client_id` may be left out, for the assertion names the client. */
const parseAssertion = (form: Pick<URLSearchParams, 'get'>): PresentedClient => {
  const [type, jwt] = [form.get('client_assertion_type'), form.get('client_assertion')];
  if (form.get('client_secret') !== null) throw severalMethods();
  if (type === null || jwt === null) {
    throw new OAuthError('invalid_request', 'client_assertion and client_assertion_type go together: send both.');
  }
  if (type !== CLIENT_ASSERTION_TYPE) throw invalidClient('client_assertion_type is not jwt-bearer', false);
  const assertion = parseClientAssertion(jwt);
  if ((form.get('client_id') ?? assertion.clientId) !== assertion.clientId) {
    throw invalidClient('client_id differs from the client assertion', false);
  }
  return { method: 'private_key_jwt', clientId: assertion.clientId, assertion };
};

const severalMethods = (): OAuthError =>
  new OAuthError('invalid_request', 'Use one client authentication method, not two.');

/** `application/x-www-form-urlencoded` decoding of one value, or undefined when it cannot be decoded. */
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
 * Proves the claim with exactly the methods that the client may use: a client with a secret is never served without
 * it (catalogue #53), and a public one never because it sends some secret.
 * @param client what is known under `presented.clientId`; undefined when it is unknown or gone
 * @param options.mayFetchKeys Whether a host that the client names may be contacted. Pass true only for a request that
 *   carries a code or token issued to this client: otherwise any caller could make this server wait for a host of its
 *   choice. The host of a client that the operator configured is always contacted. Default: false.
 * @throws KeysNotFetchedError when the client can be proven only by contacting that host
 * @throws OAuthError `invalid_client`, so that clients register anew
 * @throws UnavailableError when it cannot be known
 */
export const authenticateClient = async (
  client: Client | undefined,
  presented: PresentedClient,
  { verifyAssertion, verifySecret }: ClientVerifiers = {},
  { mayFetchKeys = false }: { readonly mayFetchKeys?: boolean } = {},
): Promise<AuthenticatedClient> => {
  const triedHeader = presented.method === 'client_secret_basic';
  if (client === undefined) throw invalidClient('unknown client', triedHeader);
  if (!client.tokenEndpointAuthMethods.includes(presented.method)) {
    throw invalidClient(`the client may not use ${presented.method}`, triedHeader);
  }
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
      if (verifyAssertion === undefined) throw invalidClient('no client assertions at this endpoint', false);
      await verifyAssertion(client, presented.assertion, {
        mayFetchKeys: mayFetchKeys || client.source === 'configured',
      });
  }
  return { client, method: presented.method };
};

/** How hard a method is to fake. */
export const AUTH_METHOD_STRENGTH = {
  none: 0,
  client_secret_post: 1,
  client_secret_basic: 1,
  private_key_jwt: 2,
} as const;

/**
 * A client with several methods may not refresh with a weaker one than it redeemed the code with.
 * @throws OAuthError `invalid_client`
 */
export const assertNotWeaker = (method: TokenEndpointAuthMethod, atRedemption: TokenEndpointAuthMethod): void => {
  if (AUTH_METHOD_STRENGTH[method] < AUTH_METHOD_STRENGTH[atRedemption]) {
    throw invalidClient(
      `${method} is weaker than ${atRedemption}, used at redemption`,
      method === 'client_secret_basic',
    );
  }
};
