import { OAuthError } from '../core/oauth-error.ts';
import { assertBodySize, assertContentType } from './forms.ts';
import type { HttpRequest } from './message.ts';

/**
 * The JSON value of a body (RFC 7591 §3.1). Duplicate members are refused, since parsers disagree on which one counts.
 * @throws OAuthError `invalid_client_metadata` or `request_too_large`
 */
export const jsonBody = (request: HttpRequest, maxBytes: number): unknown => {
  assertContentType(request, 'application/json', 'invalid_client_metadata');
  assertBodySize(request, maxBytes);
  if (request.body.includes('\uFFFD')) throw invalid('The body is not valid UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(request.body);
  } catch {
    throw invalid('The body is not valid JSON.');
  }
  if (hasDuplicateMember(request.body)) throw invalid('A member is there more than once.');
  return value;
};

const invalid = (description: string): OAuthError => new OAuthError('invalid_client_metadata', description);

/** A string, with the colon behind it when it is a member's name, or a bracket; everything else does not matter here. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g;

/** For text that is known to be valid JSON: whether any object names a member twice, however it is escaped. */
const hasDuplicateMember = (json: string): boolean => {
  const open: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (text !== undefined && colon !== undefined) {
      const name: string = JSON.parse(text);
      const names = open.at(-1);
      if (names?.has(name)) return true;
      names?.add(name);
    }
  }
  return false;
};
