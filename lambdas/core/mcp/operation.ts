import { isJsonObject } from '../json.ts';

/** The operation that one MCP message requests, as far as scopes depend on it. */
export interface Operation {
  /** JSON-RPC method, such as `tools/call`. */
  readonly method: string;
  /** Tool name, prompt name, resource URI or task id, as `Mcp-Name` mirrors it. Undefined for other methods. */
  readonly target?: string;
}

export type RequestId = string | number | null;

export type MessageReading =
  /** `operation` is undefined when the client responds to a request of the server. */
  | { readonly ok: true; readonly id: RequestId; readonly operation: Operation | undefined }
  | { readonly ok: false; readonly id: RequestId; readonly code: number; readonly reason: string };

/** JSON-RPC 2.0 §5.1. */
export const JSON_RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  invalidParams: -32602,
  internalError: -32603,
} as const;

/** The member of `params` that `Mcp-Name` mirrors (MCP 2026-07-28, Streamable HTTP, and the tasks extension). */
const TARGET_MEMBERS: ReadonlyMap<string, 'name' | 'uri' | 'taskId'> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

const MESSAGE_MEMBERS = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'];
const PARAMS_MEMBERS = ['name', 'uri', 'taskId', 'arguments', '_meta'];

const MAX_METHOD_CHARACTERS = 256;

/** Whether requests with this method have a target, which `Mcp-Name` mirrors. */
export const hasTarget = (method: string): boolean => TARGET_MEMBERS.has(method);

/** Whether text is a method: visible ASCII, which every log shows alike, and no comma, which could join two values. */
export const isMethod = (text: string): boolean =>
  text.length <= MAX_METHOD_CHARACTERS && /^[\x21-\x2b\x2d-\x7e]+$/.test(text);

/** Whether no backend truncates or repairs this name or URI: no control characters and no unpaired surrogates. */
export const isTarget = (text: string): boolean => text.isWellFormed() && !/\p{Cc}/u.test(text);

/**
 * Reads one JSON-RPC message (MCP Base Protocol, "Messages"), and refuses what another parser might read differently:
 *
 * - batches
 * - members that differ from a known one only in case or in invisible characters
 * - a message with both a method and a result or error
 * - `params` by position, except for an empty array, which means the same as none
 * - operations without their target
 *
 * @param value the value that `readStrictJson` returned
 */
export const readMessage = (value: unknown): MessageReading => {
  if (Array.isArray(value)) {
    return invalid(null, 'batches are not supported: send each message in its own request');
  }
  if (!isJsonObject(value)) return invalid(null, 'a JSON-RPC message must be an object');
  const id = idOf(value);
  if (hasLookAlike(value, MESSAGE_MEMBERS))
    return invalid(id, 'a member differs from a JSON-RPC member only in spelling');
  if (value.jsonrpc !== '2.0') return invalid(id, 'member jsonrpc must be "2.0"');

  const { method } = value;
  const params = isAbsent(value.params) ? undefined : value.params;
  const isResponse = 'result' in value || 'error' in value;
  if (method === undefined) {
    if (!isResponse || params !== undefined)
      return invalid(id, 'a message must be a request, a notification or a response');
    return { ok: true, id, operation: undefined };
  }
  if (isResponse) return invalid(id, 'a message must not have a method and a result or error');
  if (typeof method !== 'string' || !isMethod(method)) return invalid(id, 'member method must be visible ASCII text');
  if (params === undefined) return readTarget(id, method, {});
  if (!isJsonObject(params)) return invalid(id, 'member params must be an object');
  if (hasLookAlike(params, PARAMS_MEMBERS)) {
    return invalid(id, 'a member of params differs from a known one only in spelling');
  }
  return readTarget(id, method, params);
};

/** Serializers of several languages write `null` or `[]` for parameters that are not there. */
const isAbsent = (params: unknown): boolean => params === null || (Array.isArray(params) && params.length === 0);

const readTarget = (id: RequestId, method: string, params: Readonly<Record<string, unknown>>): MessageReading => {
  const member = TARGET_MEMBERS.get(method);
  if (member === undefined) return { ok: true, id, operation: { method } };
  const target = params[member];
  if (typeof target !== 'string' || !isTarget(target)) {
    const reason = `params.${member} must be text without control characters`;
    return { ok: false, id, code: JSON_RPC.invalidParams, reason };
  }
  return { ok: true, id, operation: { method, target } };
};

const invalid = (id: RequestId, reason: string): MessageReading => ({
  ok: false,
  id,
  code: JSON_RPC.invalidRequest,
  reason,
});

const idOf = ({ id }: Readonly<Record<string, unknown>>): RequestId =>
  typeof id === 'string' || typeof id === 'number' ? id : null;

const hasLookAlike = (object: object, known: readonly string[]): boolean => {
  const folded = new Set(known.map(fold));
  return Object.keys(object).some((name) => !known.includes(name) && folded.has(fold(name)));
};

/**
 * Maps all spellings that some parser treats as the same member to one text. Go folds case: the Kelvin sign is a k, and
 * the long s is an s. Other parsers normalize, or drop control and invisible characters.
 */
const fold = (name: string): string =>
  name
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{C}\p{M}\p{Z}\p{Default_Ignorable_Code_Point}]/gu, '');
