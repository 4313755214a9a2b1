import type { Client, TokenEndpointAuthMethod } from './client.ts';
import { constantTimeEqual, sha256 } from './digest.ts';
import { OAuthError } from './oauth-error.ts';

/** One method's claim to be a client, not yet proven. A new method is one more member here and one more verifier. */
export type PresentedClient =
  | { readonly method: 'none'; readonly clientId: string }
  | {
      readonly method: 'client_secret_post' | 'client_secret_basic';
      readonly clientId: string;
      readonly clientSecret: string;
    };

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
export const presentedClient = (
  authorizationHeaders: readonly string[],
  form: Pick<URLSearchParams, 'get'>,
): PresentedClient => {
  const [header, ...others] = authorizationHeaders;
  if (others.length > 0) throw invalidClient('several Authorization headers', true);
  if (header !== undefined) return presentedByBasic(header, form);
  const [clientId, clientSecret] = [form.get('client_id'), form.get('client_secret')];
  if (clientId === null) throw invalidClient('client_id is missing', false);
  if (clientSecret === null) return { method: 'none', clientId };
  return { method: 'client_secret_post', clientId, clientSecret };
};

/** RFC 6749 §2.3.1: both halves are form-encoded before RFC 7617 joins them. */
const presentedByBasic = (header: string, form: Pick<URLSearchParams, 'get'>): PresentedClient => {
  const credentials = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1];
  if (credentials === undefined) throw invalidClient('the Authorization header is not Basic', true);
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const clientId = colon < 0 ? undefined : formDecoded(text.slice(0, colon));
  const clientSecret = colon < 0 ? undefined : formDecoded(text.slice(colon + 1));
  if (!clientId || clientSecret === undefined) throw invalidClient('malformed Basic credentials', true);
  if (form.get('client_secret') !== null) {
    throw new OAuthError('invalid_request', 'Use one client authentication method, not two.');
  }
  if ((form.get('client_id') ?? clientId) !== clientId) {
    throw invalidClient('client_id differs from the Authorization header', true);
  }
  return { method: 'client_secret_basic', clientId, clientSecret };
};

/** `application/x-www-form-urlencoded` decoding of one value, or undefined when it cannot be decoded. */
const formDecoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
};

const hasSecret = (client: Client, presented: PresentedClient): boolean =>
  presented.method !== 'none' &&
  client.clientSecretHash !== undefined &&
  constantTimeEqual(sha256(presented.clientSecret), client.clientSecretHash);

/** How each method is proven. One that needs keys or a store (private_key_jwt) comes in as a function of its own. */
const VERIFIERS: {
  readonly [method in PresentedClient['method']]: (
    client: Client,
    presented: PresentedClient,
  ) => boolean | Promise<boolean>;
} = {
  none: () => true,
  client_secret_post: hasSecret,
  client_secret_basic: hasSecret,
};

/**
 * Proves the claim with exactly the methods that the client may use: a client with a secret is never served without
 * it (catalogue #53), and a public one never because it sends some secret.
 * @param client what is known under `presented.clientId`; undefined when it is unknown or gone
 * @throws OAuthError `invalid_client`, the same for every reason, so that clients register anew
 */
export const authenticateClient = async (
  client: Client | undefined,
  presented: PresentedClient,
): Promise<AuthenticatedClient> => {
  const triedHeader = presented.method === 'client_secret_basic';
  if (client === undefined) throw invalidClient('unknown client', triedHeader);
  if (!client.tokenEndpointAuthMethods.includes(presented.method)) {
    throw invalidClient(`the client may not use ${presented.method}`, triedHeader);
  }
  if (!(await VERIFIERS[presented.method](client, presented))) throw invalidClient('wrong client secret', triedHeader);
  return { client, method: presented.method };
};

const STRENGTH = { none: 0, client_secret_post: 1, client_secret_basic: 1, private_key_jwt: 2 } as const;

/**
 * A client with several methods may not refresh with a weaker one than it redeemed the code with.
 * @throws OAuthError `invalid_client`
 */
export const assertNotWeaker = (method: TokenEndpointAuthMethod, atRedemption: TokenEndpointAuthMethod): void => {
  if (STRENGTH[method] < STRENGTH[atRedemption]) {
    throw invalidClient(
      `${method} is weaker than ${atRedemption}, used at redemption`,
      method === 'client_secret_basic',
    );
  }
};
