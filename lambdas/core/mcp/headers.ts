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
  /** `scopes`: all that the operation needs, for one challenge. */
  | { readonly outcome: 'insufficient'; readonly scopes: readonly string[] }
  /** The required scopes are there; what else the operation needs, the inspector reads from the body. */
  | { readonly outcome: 'undecided' };

/** JSON-RPC error code of a header that contradicts the body (MCP 2026-07-28, Streamable HTTP); HTTP status 400. */
export const HEADER_MISMATCH = -32020;

/** The revision that introduced `Mcp-Method` and `Mcp-Name`. Revisions are dates, so that text order is time order. */
const FIRST_REVISION_WITH_HEADERS = '2026-07-28';

const BASE64_FORM = /^=\?base64\?([A-Za-z0-9+/=]*)\?=$/;

/**
 * What the authorizer, which never sees a body, may decide from headers alone.
 *
 * GET alone carries no operation, since CloudFront refuses one with a body. DELETE should carry none, but a server that
 * does not look at the method reads one from its body (RFC 9110 §9.3.5 leaves the meaning open).
 *
 * @param request HTTP method and headers
 * @param held the scopes of the token, implied ones included
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

/**
 * The operation that headers name, when they may be believed (MCP 2026-07-28, Streamable HTTP, "intermediaries"):
 * `MCP-Protocol-Version` of a revision that has them, and each of them exactly once, in a form that everybody decodes
 * alike, and a method that is known here or of no family that has rules.
 */
export const trustedOperation = (headers: HeaderValues): Operation | 'untrusted' => {
  const version = single(headers, 'mcp-protocol-version');
  if (version === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(version)) return 'untrusted';
  if (version < FIRST_REVISION_WITH_HEADERS) return 'untrusted';
  const method = single(headers, 'mcp-method');
  if (method === undefined || !isMethod(method)) return 'untrusted';
  if (isUnknownOfFamily(method)) return 'untrusted';
  if (!hasTarget(method)) return { method };
  const name = single(headers, 'mcp-name');
  const target = name === undefined ? undefined : decodeName(name);
  return target === undefined ? 'untrusted' : { method, target };
};

/**
 * The name of the header that contradicts the body, or undefined when all agree. Stricter than the specification in
 * that it asks so of every revision: whoever sends these headers must send them once and tell the truth in them.
 *
 * @param operation what the body asks for; undefined for a response
 */
export const contradictingHeader = (headers: HeaderValues, operation: Operation | undefined): string | undefined => {
  if ((headers.get('mcp-protocol-version')?.length ?? 0) > 1) return 'MCP-Protocol-Version';
  if (headers.has('mcp-method') && single(headers, 'mcp-method') !== operation?.method) return 'Mcp-Method';
  if (!headers.has('mcp-name') || operation === undefined || !hasTarget(operation.method)) return undefined;
  const name = single(headers, 'mcp-name');
  return name !== undefined && decodeName(name) === operation.target ? undefined : 'Mcp-Name';
};

/** The one value of a header without the whitespace around it (RFC 9110 §5.5); undefined when absent or repeated. */
const single = (headers: HeaderValues, name: string): string | undefined => {
  const values = headers.get(name);
  return values?.length === 1 ? values[0]?.replace(/^[\t ]+|[\t ]+$/g, '') : undefined;
};

/**
 * A value of `Mcp-Name`, whose base64 form `=?base64?…?=` carries what a header cannot. Undefined where decoders
 * differ: other spellings of the form, base64 that is not canonical, bytes that are not UTF-8 or begin with a BOM.
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
