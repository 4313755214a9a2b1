import { membersOf } from '../json.ts';
import { isHopByHop } from '../net/hop-by-hop.ts';
import { isIdentityHeader } from './identity-headers.ts';

/** Headers of the message itself, and those of MCP, which belong to the client. */
const OF_THE_MESSAGE =
  /^(host|accept|cookie|origin|expect|forwarded|via|last-event-id|(content|mcp|x-forwarded|x-amz)-.*)$/;

/**
 * Whether a header can be a credential of Gatehouse at an MCP server.
 *
 * @param name the header's name, in lower case
 */
export const canBeCredential = (name: string): boolean =>
  /^[a-z0-9-]{1,64}$/.test(name) && !isHopByHop(name) && !isIdentityHeader(name) && !OF_THE_MESSAGE.test(name);

/** A field value that needs no quoting (RFC 9110 §5.5). */
const FIELD_VALUE = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * Reads the secret with the credentials of Gatehouse at an MCP server: a JSON object, header → value.
 *
 * @param names the headers that the configuration names
 * @returns undefined unless the text holds a valid value for each name
 */
export const parseCredentialHeaders = (
  text: string,
  names: readonly string[],
): Readonly<Record<string, string>> | undefined => {
  const values = membersOf(text);
  const headers = names.map((name) => [name, values[name]] as const);
  if (!headers.every(([, value]) => typeof value === 'string' && FIELD_VALUE.test(value))) return undefined;
  return Object.fromEntries(headers) as Record<string, string>;
};
