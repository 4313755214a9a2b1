import type { TokenAuthMethod } from '../client-profiles/identification.ts';
import type { RegisteredClient } from '../http/oauth-requests.ts';

const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Adds client authentication to a form (RFC 6749 §2.3.1, RFC 7523 §2.2), and returns the headers that it needs.
 * @param assertion makes a fresh one, which is used once
 */
export const authenticate = async (
  method: TokenAuthMethod,
  form: URLSearchParams,
  { client_id: id, client_secret: secret = '' }: RegisteredClient,
  assertion: () => Promise<string>,
): Promise<Readonly<Record<string, string>>> => {
  if (method === 'client_secret_basic') {
    const encoded = [id, secret].map((text) => encodeURIComponent(text)).join(':');
    return { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` };
  }
  form.set('client_id', id);
  if (method === 'client_secret_post') form.set('client_secret', secret);
  if (method === 'private_key_jwt') {
    form.set('client_assertion_type', CLIENT_ASSERTION_TYPE);
    form.set('client_assertion', await assertion());
  }
  return {};
};
