import { isJsonObject } from '../json.ts';
import type { Client } from './client.ts';
import type { UrlRuleOptions } from './client-id-url.ts';
import {
  ClientMetadataError,
  type MetadataMember,
  parseClientName,
  parseGrantTypes,
  parseKeys,
  parseRedirectUris,
  parseSigningAlgorithm,
  type RawMetadata,
  readMember,
} from './metadata.ts';

/** Rules of a client metadata document. The log names the rule that a refused document breaks. */
export type ClientDocumentRule =
  | 'not_json'
  | 'not_an_object'
  | 'client_id'
  | 'client_secret'
  | Exclude<MetadataMember, 'jwks_uri' | 'token_endpoint_auth_methods_supported'>;

/** `detail` is for the log; it never repeats the document. */
export type ClientDocumentResult =
  | { readonly ok: true; readonly client: Client }
  | { readonly ok: false; readonly rule: ClientDocumentRule; readonly detail: string };

/** The document's 5 KB are the real limit; the longest known list has twenty. */
const MAX_REDIRECT_URIS = 50;

const DOCUMENT_METHODS = ['none', 'private_key_jwt'] as const;

/**
 * The client that a metadata document describes (draft-ietf-oauth-client-id-metadata-document-01 §4, RFC 7591 §2), or
 * the rule that it breaks. Unknown members are ignored.
 *
 * @param clientId the URL that the document was read from
 * @param now epoch seconds
 */
export const parseClientDocument = (
  clientId: string,
  text: string,
  now: number,
  options: UrlRuleOptions = {},
): ClientDocumentResult => {
  const document = parseJson(text);
  if (document === undefined) return refused('not_json', 'the document is not valid JSON');
  if (!isJsonObject(document)) return refused('not_an_object', 'the document is not a JSON object');
  // Simple string comparison (RFC 3986 §6.2.1): no document can describe another client.
  if (document.client_id !== clientId) return refused('client_id', 'client_id is not the URL of the document');
  if (Object.keys(document).some((member) => member.startsWith('client_secret'))) {
    return refused('client_secret', 'a public document must not contain a secret');
  }
  try {
    return { ok: true, client: parseClient(clientId, document, now, options) };
  } catch (error) {
    if (!(error instanceof ClientMetadataError)) throw error;
    const detail = error.member === 'redirect_uris' ? undefined : error.detail;
    return refused(ruleOf(error.member), detail ?? error.message);
  }
};

const refused = (rule: ClientDocumentRule, detail: string): ClientDocumentResult => ({ ok: false, rule, detail });

/** Undefined when the text is not JSON. */
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const parseClient = (clientId: string, document: RawMetadata, now: number, options: UrlRuleOptions): Client => {
  const clientName = parseClientName(document, (name) => name.length);
  if (clientName === undefined) throw new ClientMetadataError('client_name', 'client_name is missing or blank.');
  return {
    clientId,
    source: 'document',
    clientName,
    redirectUris: parseRedirectUris(document, MAX_REDIRECT_URIS).redirectUris,
    grantTypes: parseGrantTypes(document),
    ...parseAuthentication(document, options),
    issuedAt: now,
  };
};

type Authentication = Pick<Client, 'jwks' | 'jwksUri' | 'tokenEndpointAuthMethods' | 'tokenEndpointAuthSigningAlg'>;

/**
 * Every method that the document lists and this server supports, the preferred one first. RFC 7591 has the singular
 * member, and OpenID Connect RP Metadata Choices the plural one; ChatGPT sends both. Without either, the method is
 * `none`: the default of RFC 7591 needs a secret, and a public document cannot contain one.
 */
const parseAuthentication = (document: RawMetadata, options: UrlRuleOptions): Authentication => {
  const declared = parseMethods(document);
  const keys = parseKeys(document, options);
  const methods = declared.filter((method) => method === 'none' || keys !== undefined);
  if (methods.length === 0) throw new ClientMetadataError('jwks', 'private_key_jwt needs jwks or jwks_uri.');
  // Without private_key_jwt the keys serve another purpose, such as signed request objects.
  if (!methods.includes('private_key_jwt')) return { tokenEndpointAuthMethods: methods };
  return { tokenEndpointAuthMethods: methods, ...keys, ...parseSigningAlgorithm(document) };
};

const parseMethods = (document: RawMetadata): readonly (typeof DOCUMENT_METHODS)[number][] => {
  const preferred = readMember(document, 'token_endpoint_auth_method');
  const choices = readMember(document, 'token_endpoint_auth_methods_supported') ?? [];
  const declared = preferred === undefined ? choices : [preferred, ...choices];
  if (declared.some((method) => method.startsWith('client_secret_'))) {
    throw new ClientMetadataError(
      'token_endpoint_auth_method',
      'A public document must not use a method with a shared secret.',
    );
  }
  if (declared.length === 0) return ['none'];
  const supported = DOCUMENT_METHODS.filter((method) => declared.includes(method));
  if (supported.length === 0) {
    throw new ClientMetadataError('token_endpoint_auth_method', `Use one of ${DOCUMENT_METHODS.join(', ')}.`);
  }
  return preferred === 'private_key_jwt' ? supported.reverse() : supported;
};

const ruleOf = (member: MetadataMember): ClientDocumentRule => {
  switch (member) {
    case 'jwks_uri':
      return 'jwks';
    case 'token_endpoint_auth_methods_supported':
      return 'token_endpoint_auth_method';
    default:
      return member;
  }
};
