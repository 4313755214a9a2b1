import { readStrictJson } from '../../core/json.ts';
import { OAuthError } from '../../core/oauth-error.ts';
import { assertBodySize, assertContentType } from './forms.ts';
import type { HttpRequest } from './messages.ts';

/**
 * Parses a JSON body (RFC 7591 §3.1). Bodies that two parsers could read differently are refused.
 *
 * @throws OAuthError `invalid_client_metadata` or `request_too_large`
 */
export const jsonBody = (request: HttpRequest, maxBytes: number): unknown => {
  assertContentType(request, 'application/json', 'invalid_client_metadata');
  assertBodySize(request, maxBytes);
  if (request.body.includes('\uFFFD')) throw invalid('The body is not valid UTF-8.');
  const json = readStrictJson(request.body);
  if (!json.ok) throw invalid(`The body was refused: ${json.reason}.`);
  return json.value;
};

const invalid = (description: string): OAuthError => new OAuthError('invalid_client_metadata', description);
