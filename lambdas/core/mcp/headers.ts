import { decodeUtf8 } from '../json.ts';
import { hasTarget, isMethod, isTarget, type Operation } from './operation.ts';
import { everyScopeOf, hasRules, isUnknownOfFamily, scopesOf, type ToolRules } from './tool-scopes.ts';

/** Header names in lower case, with every value that was sent. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

export interface DoorPolicy {
  readonly rules: ToolRules;
  /** Scopes that every request needs. */
  readonly required: readonly string[];
  /** The backend itself refuses headers that contradict the body, so that no inspector stands before it. */
  readonly validatesHeaders: boolean;
}

export type HeaderDecision =
  | { readonly outcome: 'allowed' }
  /** `scopes` holds every scope that the operation needs, for one challenge. */
  | { readonly outcome: 'insufficient'; readonly scopes: readonly string[] }
  /** The token has the required scopes. The inspector reads from the body which other scopes the operation needs. */
  | { readonly outcome: 'undecided' };

/** JSON-RPC error code of a header that contradicts the body (MCP 2026-07-28, Streamable HTTP); HTTP status 400. */
export const HEADER_MISMATCH = -32020;

/** The revision that introduced `Mcp-Method` and `Mcp-Name`. Revisions are dates, so they can be compared as text. */
const FIRST_REVISION_WITH_HEADERS = '2026-07-28';

const BASE64_FORM = /^=\?base64\?([A-Za-z0-9+/=]*)\?=$/;

/**
 * Decides from the headers alone, because the authorizer never sees a body.
 *
 * Only GET is known to carry no operation, because CloudFront refuses a GET with a body. DELETE should carry none
 * either, but a server that ignores the method reads one from its body (RFC 9110 §9.3.5 leaves the meaning open).
 *
 * @param request HTTP method and headers
 * @param held the scopes of the token, implied ones included
 * @param policy the scopes and rules of the MCP server
 */
export const decideByHeaders = (
  request: { readonly method: string; readonly headers: HeaderValues },
  held: ReadonlySet<string>,
  policy: DoorPolicy,
): HeaderDecision => {
  const { rules, required, validatesHeaders } = policy;
  const operation = request.method !== 'GET' && hasRules(rules) ? trustedOperation(request.headers) : undefined;
  const isUntrusted = operation === 'untrusted';
  const needed = isUntrusted
    ? validatesHeaders
      ? everyScopeOf(rules, required)
      : required
    : scopesOf(operation, rules, required);
  if (needed.some((scope) => !held.has(scope))) return { outcome: 'insufficient', scopes: needed };
  return { outcome: isUntrusted && !validatesHeaders ? 'undecided' : 'allowed' };
};

/** Whether the client says once that it speaks revision 2026-07-28 or a later one. */
export const isOfRevisionWithHeaders = (headers: HeaderValues): boolean => {
  const version = single(headers, 'mcp-protocol-version');
  return version !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= FIRST_REVISION_WITH_HEADERS;
};

/**
 * Reads the operation from the headers, if they can be trusted (MCP 2026-07-28, Streamable HTTP, "intermediaries").
 * They are trusted under these conditions:
 *
 * - `MCP-Protocol-Version` names a revision that defines `Mcp-Method` and `Mcp-Name`.
 * - Each header occurs exactly once, in a form that every implementation decodes alike.
 * - The method is known here, or it belongs to no family that can have rules.
 */
export const trustedOperation = (headers: HeaderValues): Operation | 'untrusted' => {
  if (!isOfRevisionWithHeaders(headers)) return 'untrusted';
  const method = single(headers, 'mcp-method');
  if (method === undefined || !isMethod(method)) return 'untrusted';
  if (isUnknownOfFamily(method)) return 'untrusted';
  if (!hasTarget(method)) return { method };
  const name = single(headers, 'mcp-name');
  const target = name === undefined ? undefined : decodeName(name);
  return target === undefined ? 'untrusted' : { method, target };
};

/**
 * Finds a header that contradicts the body. This is stricter than the specification, because it applies to every
 * revision: a client that sends these headers must send each of them once, with the values of the body.
 *
 * @param operation the operation in the body, or undefined for a response
 * @returns the name of the header, or undefined when all headers agree with the body
 */
export const contradictingHeader = (headers: HeaderValues, operation: Operation | undefined): string | undefined => {
  if ((headers.get('mcp-protocol-version')?.length ?? 0) > 1) return 'MCP-Protocol-Version';
  if (headers.has('mcp-method') && single(headers, 'mcp-method') !== operation?.method) return 'Mcp-Method';
  if (!headers.has('mcp-name') || operation === undefined || !hasTarget(operation.method)) return undefined;
  const name = single(headers, 'mcp-name');
  return name !== undefined && decodeName(name) === operation.target ? undefined : 'Mcp-Name';
};

/** The value of a header without surrounding whitespace (RFC 9110 §5.5). Undefined when it is missing or repeated. */
const single = (headers: HeaderValues, name: string): string | undefined => {
  const values = headers.get(name);
  return values?.length === 1 ? values[0]?.replace(/^[\t ]+|[\t ]+$/g, '') : undefined;
};

/**
 * Decodes a value of `Mcp-Name`. Its base64 form `=?base64?…?=` is for names that a header cannot hold.
 *
 * @returns undefined where decoders differ: other spellings of the form, base64 that is not canonical, bytes that are
 *   not UTF-8 or that begin with a byte order mark
 */
const decodeName = (value: string): string | undefined => {
  if (!/^[\x20-\x7e]*$/.test(value)) return undefined;
  if (!/^=\?base64\?/i.test(value)) return value;
  const base64 = BASE64_FORM.exec(value)?.[1];
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) return undefined;
  const name = decodeUtf8(bytes);
  return name === undefined || name.startsWith('\ufeff') || !isTarget(name) ? undefined : name;
};
