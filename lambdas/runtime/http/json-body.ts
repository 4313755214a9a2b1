import { readStrictJson } from '../../core/json.ts';
import { OAuthError } from '../../core/oauth-error.ts';
import { assertBodySize, assertContentType } from './forms.ts';
import type { HttpRequest } from './messages.ts';

/**
 * The JSON value of a body (RFC 7591 §3.1), as no two parsers read it differently.
 * @throws OAuthError `invalid_client_metadata` or `request_too_large`
 */
export const jsonBody = (request: HttpRequest, maxBytes: number): unknown => {
  assertContentType(request, 'application/json', 'invalid_client_metadata');
  assertBodySize(request, maxBytes);
  if (request.body.includes('\uFFFD')) throw invalid('The body is not valid UTF-8.');
  const json = readStrictJson(request.body);
  if (!json.ok) throw invalid(`The body is refused: ${json.reason}.`);
  return json.value;
};

const invalid = (description: string): OAuthError => new OAuthError('invalid_client_metadata', description);
