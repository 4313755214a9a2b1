import { OAuthError } from '../../core/oauth-error.ts';
import { type HttpRequest, singleHeader } from './messages.ts';

/** Longest form of the token and revocation endpoints, in bytes. */
export const MAX_FORM_BYTES = 16_384;

/** Of a form; real ones have about ten. */
const MAX_FORM_PARAMETERS = 64;

/**
 * The parameters of a form (RFC 6749 App. B): a repeated one is an error, an empty one counts as omitted (§3.2).
 * A parameter in `repeatable` may occur several times and is read by `getAll`.
 *
 * @throws OAuthError `invalid_request` or `request_too_large`
 */
export const formParameters = (
  request: HttpRequest,
  options: { readonly maxBytes?: number; readonly repeatable?: readonly string[] } = {},
): URLSearchParams => {
  assertContentType(request, 'application/x-www-form-urlencoded', 'invalid_request');
  assertBodySize(request, options.maxBytes ?? MAX_FORM_BYTES);
  const parameters = new URLSearchParams();
  const seen = new Set<string>();
  const fields = request.body.split('&');
  if (fields.length > MAX_FORM_PARAMETERS) {
    throw new OAuthError('invalid_request', `A form may have at most ${MAX_FORM_PARAMETERS} parameters.`);
  }
  for (const field of fields) {
    const [encodedName = '', ...rest] = field.split('=');
    const [name, value] = [decode(encodedName), decode(rest.join('='))];
    if (value === '') continue;
    if (seen.has(name) && !options.repeatable?.includes(name)) {
      throw new OAuthError('invalid_request', 'A parameter is there more than once.');
    }
    seen.add(name);
    parameters.append(name, value);
  }
  return parameters;
};

/** The media type must be this one, sent once, with no other parameter than `charset=utf-8`. */
export const assertContentType = (
  request: HttpRequest,
  mediaType: string,
  code: 'invalid_request' | 'invalid_client_metadata',
): void => {
  const [type, ...parameters] = (singleHeader(request, 'content-type') ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  const isPlain = parameters.every((parameter) => /^(?:charset="?utf-8"?)?$/.test(parameter));
  if (type !== mediaType || !isPlain) throw new OAuthError(code, `The content type must be ${mediaType}.`);
};

export const assertBodySize = (request: HttpRequest, maxBytes: number): void => {
  if (Buffer.byteLength(request.body) > maxBytes) {
    throw new OAuthError('request_too_large', `The body must not be longer than ${maxBytes} bytes.`);
  }
};

const decode = (text: string): string => {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '));
    // What was invalid before it was decoded has become a replacement character on its way to us.
    if (!decoded.includes('\uFFFD')) return decoded;
  } catch {
    // decodeURIComponent throws on bytes that are not UTF-8: answered below
  }
  throw new OAuthError('invalid_request', 'The form is not valid UTF-8.');
};
