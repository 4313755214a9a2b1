import type { Client, GrantType, TokenEndpointAuthMethod } from './client.ts';
import { brokenFetchUrlRule, type UrlRuleOptions } from './client-id-url.ts';
import { isClientAssertionAlgorithm, parsePublicKeys } from './jwks.ts';
import { judgeRedirectUri } from './redirect-uri.ts';

/** Rules of a client metadata document; the log says which one refused. */
export type ClientDocumentRule =
  | 'not_json'
  | 'not_an_object'
  | 'client_id'
  | 'client_secret'
  | 'client_name'
  | 'redirect_uris'
  | 'grant_types'
  | 'response_types'
  | 'token_endpoint_auth_method'
  | 'token_endpoint_auth_signing_alg'
  | 'jwks';

/** `detail` is for the log; it never repeats the document. */
export type ClientDocumentResult =
  | { readonly ok: true; readonly client: Client }
  | { readonly ok: false; readonly rule: ClientDocumentRule; readonly detail: string };

const MAX_CLIENT_NAME_CHARACTERS = 128;
/** The document's 5 KB are the real limit; the longest known list has twenty. */
const MAX_REDIRECT_URIS = 50;

const DOCUMENT_METHODS = ['none', 'private_key_jwt'] as const satisfies readonly TokenEndpointAuthMethod[];
type DocumentMethod = (typeof DOCUMENT_METHODS)[number];
const GRANT_TYPES: readonly GrantType[] = ['authorization_code', 'refresh_token'];

/** Carries the broken rule out of the steps below. */
class BrokenRule extends Error {
  readonly rule: ClientDocumentRule;
  constructor(rule: ClientDocumentRule, detail: string) {
    super(detail);
    this.rule = rule;
  }
}

/**
 * The client that a metadata document describes (draft-ietf-oauth-client-id-metadata-document-01 §4, RFC 7591 §2), or
 * the rule that it breaks. Unknown members are ignored. `now` in epoch seconds.
 */
export const parseClientDocument = (
  clientId: string,
  text: string,
  now: number,
  options: UrlRuleOptions = {},
): ClientDocumentResult => {
  try {
    return { ok: true, client: toClient(clientId, parseObject(text), now, options) };
  } catch (error) {
    if (error instanceof BrokenRule) return { ok: false, rule: error.rule, detail: error.message };
    throw error;
  }
};

type ClientDocument = Readonly<Record<string, unknown>>;

const toClient = (clientId: string, document: ClientDocument, now: number, options: UrlRuleOptions): Client => {
  // Simple string comparison (RFC 3986 §6.2.1): nobody can name a document that speaks for another client.
  if (document.client_id !== clientId)
    throw new BrokenRule('client_id', 'it is not the URL the document was read from');
  const secret = Object.keys(document).find((member) => member.startsWith('client_secret'));
  if (secret !== undefined) throw new BrokenRule('client_secret', 'a public document holds no secret');
  return {
    clientId,
    source: 'document',
    clientName: clientName(document),
    redirectUris: redirectUris(document),
    grantTypes: grantTypes(document),
    ...authentication(document, options),
    issuedAt: now,
  };
};

const parseObject = (text: string): ClientDocument => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BrokenRule('not_json', 'it is not valid JSON');
  }
  if (!isObject(value)) throw new BrokenRule('not_an_object', 'it is not a JSON object');
  return value;
};

const clientName = ({ client_name: name }: ClientDocument): string => {
  if (typeof name !== 'string' || name.trim() === '') throw new BrokenRule('client_name', 'it is missing');
  if (name.length > MAX_CLIENT_NAME_CHARACTERS) throw new BrokenRule('client_name', 'it is longer than 128 characters');
  return name.toWellFormed();
};

/** The acceptable ones, as in registration; one dangerous URI refuses the whole document. */
const redirectUris = ({ redirect_uris: uris }: ClientDocument): readonly string[] => {
  if (!isStrings(uris)) throw new BrokenRule('redirect_uris', 'it is not a list of strings');
  if (uris.length > MAX_REDIRECT_URIS) throw new BrokenRule('redirect_uris', `it has more than ${MAX_REDIRECT_URIS}`);
  const verdicts = uris.map((uri) => ({ uri, ...judgeRedirectUri(uri) }));
  if (verdicts.some(({ verdict }) => verdict === 'dangerous')) {
    throw new BrokenRule('redirect_uris', 'one of them would run script or open local files');
  }
  const accepted = verdicts.filter(({ verdict }) => verdict === 'accepted').map(({ uri }) => uri);
  if (accepted.length === 0) throw new BrokenRule('redirect_uris', 'none of them is acceptable');
  return [...new Set(accepted)];
};

/**
 * What of it we know; other grants, such as the device grant of VS Code, are left out. A document that says nothing
 * about grants may refresh: RFC 7591 §2 would assume the code grant alone, and send the people who use such a client
 * (Copilot CLI is one) to a login every hour.
 */
const grantTypes = ({ grant_types: grants, response_types: responses }: ClientDocument): readonly GrantType[] => {
  if (responses !== undefined && !(isStrings(responses) && responses.includes('code'))) {
    throw new BrokenRule('response_types', 'code is not among them');
  }
  if (grants === undefined) return GRANT_TYPES;
  if (!isStrings(grants)) throw new BrokenRule('grant_types', 'it is not a list of strings');
  if (!grants.includes('authorization_code'))
    throw new BrokenRule('grant_types', 'authorization_code is not among them');
  return GRANT_TYPES.filter((grant) => grants.includes(grant));
};

type Keys = Pick<Client, 'jwks' | 'jwksUri'>;
type Authentication = Keys & Pick<Client, 'tokenEndpointAuthMethods' | 'tokenEndpointAuthSigningAlg'>;

/**
 * Every method that the document lists and we support, the preferred one first: the singular member is RFC 7591's, the
 * plural one tells the choices (OpenID Connect RP Metadata Choices; ChatGPT has both). Neither means `none`, because
 * a document can carry no secret for the default of RFC 7591.
 */
const authentication = (document: ClientDocument, options: UrlRuleOptions): Authentication => {
  const declared = declaredMethods(document);
  const keys = keysOf(document, options);
  const methods = declared.filter((method) => method === 'none' || keys !== undefined);
  if (methods.length === 0) throw new BrokenRule('jwks', 'private_key_jwt without jwks or jwks_uri');
  // Keys that serve another purpose, such as request objects, are not ours to keep.
  if (!methods.includes('private_key_jwt')) return { tokenEndpointAuthMethods: methods };
  return { tokenEndpointAuthMethods: methods, ...keys, ...signingAlg(document) };
};

const declaredMethods = (document: ClientDocument): readonly DocumentMethod[] => {
  const { token_endpoint_auth_method: preferred, token_endpoint_auth_methods_supported: choices } = document;
  if (preferred !== undefined && typeof preferred !== 'string') {
    throw new BrokenRule('token_endpoint_auth_method', 'it is not a string');
  }
  if (choices !== undefined && !isStrings(choices)) {
    throw new BrokenRule(
      'token_endpoint_auth_method',
      'token_endpoint_auth_methods_supported is not a list of strings',
    );
  }
  const declared = [...(preferred === undefined ? [] : [preferred]), ...(choices ?? [])];
  if (declared.some((method) => method.startsWith('client_secret_'))) {
    throw new BrokenRule('token_endpoint_auth_method', 'methods with a shared secret are not for public documents');
  }
  if (declared.length === 0) return ['none'];
  const supported = DOCUMENT_METHODS.filter((method) => declared.includes(method));
  if (supported.length === 0) throw new BrokenRule('token_endpoint_auth_method', 'none of them is supported');
  return preferred === 'private_key_jwt' ? supported.reverse() : supported;
};

/** From one place of the two (RFC 7591 §2). An inline private key refuses the document, whatever the method. */
const keysOf = ({ jwks, jwks_uri: uri }: ClientDocument, options: UrlRuleOptions): Keys | undefined => {
  if (jwks !== undefined && uri !== undefined) throw new BrokenRule('jwks', 'jwks and jwks_uri exclude each other');
  if (jwks !== undefined) {
    const keys = parsePublicKeys(jwks);
    if (typeof keys === 'string') throw new BrokenRule('jwks', keys);
    return { jwks: { keys } };
  }
  if (uri === undefined) return undefined;
  if (typeof uri !== 'string') throw new BrokenRule('jwks', 'jwks_uri is not a string');
  const rule = brokenFetchUrlRule(uri, options);
  if (rule !== undefined) throw new BrokenRule('jwks', `jwks_uri breaks the rule ${rule}`);
  return { jwksUri: uri };
};

const signingAlg = ({
  token_endpoint_auth_signing_alg: alg,
}: ClientDocument): { tokenEndpointAuthSigningAlg?: string } => {
  if (alg === undefined) return {};
  if (!isClientAssertionAlgorithm(alg)) throw new BrokenRule('token_endpoint_auth_signing_alg', 'it is not supported');
  return { tokenEndpointAuthSigningAlg: alg };
};

const isObject = (value: unknown): value is ClientDocument =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string');
