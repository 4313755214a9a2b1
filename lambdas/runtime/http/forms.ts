import { OAuthError } from '../../core/oauth-error.ts';
import { type HttpRequest, singleHeader } from './messages.ts';

/** The largest form that the token and revocation endpoints accept. */
export const MAX_FORM_BYTES = 16_384;

/** Real forms have about ten parameters. */
const MAX_FORM_PARAMETERS = 64;

/**
 * Parses a form (RFC 6749 App. B). A repeated parameter is an error, and an empty one counts as omitted (§3.2).
 * Parameters in `repeatable` may occur several times and are read by `getAll`.
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
      throw new OAuthError('invalid_request', 'A parameter must not occur more than once.');
    }
    seen.add(name);
    parameters.append(name, value);
  }
  return parameters;
};

/** Requires one `Content-Type` header with this media type, and no parameter except `charset=utf-8`. */
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
    // API Gateway has replaced bytes that are not UTF-8 by this character.
    if (!decoded.includes('\uFFFD')) return decoded;
  } catch {
    // decodeURIComponent throws on bytes that are not UTF-8, which are refused below.
  }
  throw new OAuthError('invalid_request', 'The form is not valid UTF-8.');
};
