import * as z from 'zod/mini';
import type { Client, GrantType } from './client.ts';
import { brokenFetchUrlRule, type UrlRuleOptions } from './client-id-url.ts';
import { CLIENT_ASSERTION_ALGORITHMS, parsePublicKeys } from './jwks.ts';
import {
  describeRedirectUri,
  judgeRedirectUri,
  type RedirectUriLimits,
  type RedirectUriVerdict,
} from './redirect-uri.ts';

// What every source of client metadata has in common: the members, their types, and the rules of each. The sources are
// registration-request.ts and document.ts; they say what is required, what is defaulted, and how a refusal is reported.

const text = z.string('must be a string');
const texts = z.array(z.string('must be an array of strings'), 'must be an array of strings');

/** The members that are read (RFC 7591 §2). All other members are ignored. */
const ClientMetadataMembers = z.object({
  client_name: text,
  redirect_uris: texts,
  grant_types: texts,
  response_types: texts,
  application_type: z.unknown(),
  token_endpoint_auth_method: text,
  /** OpenID Connect Relying Party Metadata Choices 1.0 §2. */
  token_endpoint_auth_methods_supported: texts,
  token_endpoint_auth_signing_alg: z.enum(
    CLIENT_ASSERTION_ALGORITHMS,
    `must be one of ${CLIENT_ASSERTION_ALGORITHMS.join(', ')}`,
  ),
  jwks: z.unknown(),
  jwks_uri: text,
});
type Members = z.infer<typeof ClientMetadataMembers>;
export type MetadataMember = keyof Members;

/** Client metadata as it was sent. */
export type RawMetadata = Readonly<Record<string, unknown>>;

/** Metadata that breaks a rule. `message` is a sentence for the client's developer and never repeats the input. */
export class ClientMetadataError extends Error {
  readonly member: MetadataMember;
  /** What exactly was wrong, for the log only. It may show redirect URIs. */
  readonly detail: string | undefined;

  constructor(member: MetadataMember, message: string, detail?: string) {
    super(message);
    this.member = member;
    this.detail = detail;
  }
}

/**
 * Reads one member; undefined when it is absent.
 *
 * @throws ClientMetadataError when it has the wrong type
 */
export const readMember = <Name extends MetadataMember>(
  metadata: RawMetadata,
  name: Name,
): Members[Name] | undefined => {
  const value = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
  if (value === undefined) return undefined;
  const schema: z.ZodMiniType = ClientMetadataMembers.shape[name];
  const result = schema.safeParse(value);
  if (result.success) return result.data as Members[Name];
  throw new ClientMetadataError(name, `${name} ${result.error.issues[0]?.message}.`);
};

/** Longest name, as the source measures it. */
const MAX_CLIENT_NAME_LENGTH = 128;

/** @returns undefined when the name is absent or blank */
export const parseClientName = (metadata: RawMetadata, lengthOf: (name: string) => number): string | undefined => {
  const name = readMember(metadata, 'client_name') ?? '';
  if (lengthOf(name) > MAX_CLIENT_NAME_LENGTH) {
    throw new ClientMetadataError('client_name', `client_name must have at most ${MAX_CLIENT_NAME_LENGTH} characters.`);
  }
  return name.trim() === '' ? undefined : name.toWellFormed();
};

/** The redirect URIs of a client, and for the log those that were left out: position, URI and rule. */
export interface ParsedRedirectUris {
  readonly redirectUris: readonly string[];
  readonly droppedRedirectUris?: string;
}

/**
 * The redirect URIs that the policy accepts, each once. Real clients send mixed lists, so a refused URI is left out as
 * long as another one remains; a dangerous one refuses the metadata.
 */
export const parseRedirectUris = (
  metadata: RawMetadata,
  maxRedirectUris: number,
  limits: RedirectUriLimits = {},
  applicationType?: Client['applicationType'],
): ParsedRedirectUris => {
  const uris = readMember(metadata, 'redirect_uris') ?? [];
  if (uris.length === 0 || uris.length > maxRedirectUris) {
    throw new ClientMetadataError('redirect_uris', `redirect_uris must contain 1 to ${maxRedirectUris} redirect URIs.`);
  }
  const accepted = new Set<string>();
  const refused: RefusedRedirectUri[] = [];
  for (const [position, uri] of uris.entries()) {
    const judgement = judgeFor(applicationType, uri, limits);
    if (judgement.verdict === 'accepted') accepted.add(uri);
    else refused.push({ position, uri, ...judgement });
  }
  const dangerous = refused.filter(({ verdict }) => verdict === 'dangerous');
  if (dangerous.length > 0) throw redirectUriError('Remove the dangerous redirect URI', dangerous);
  if (accepted.size === 0) throw redirectUriError('No redirect URI can be used', refused);
  return { redirectUris: [...accepted], ...(refused.length > 0 ? { droppedRedirectUris: forLog(refused) } : {}) };
};

interface RefusedRedirectUri {
  /** From 0, as in `redirect_uris[0]`. */
  readonly position: number;
  readonly uri: string;
  readonly verdict: 'refused' | 'dangerous';
  readonly reason: string;
}

const redirectUriError = (sentence: string, refused: readonly RefusedRedirectUri[]): ClientMetadataError => {
  const reasons = refused.map(({ position, reason }) => `redirect_uris[${position}]: ${reason}`);
  return new ClientMetadataError('redirect_uris', `${sentence}. ${reasons.join('; ')}.`, forLog(refused));
};

const forLog = (refused: readonly RefusedRedirectUri[]): string =>
  refused
    .map(({ position, uri, reason }) => `redirect_uris[${position}] ${describeRedirectUri(uri)}: ${reason}`)
    .join('; ');

/**
 * A client that registers as a web application may use https only (OpenID Connect Registration §2). A client that
 * registers as native, or does not say, may use everything that the policy accepts (catalogue #184).
 */
const judgeFor = (
  applicationType: Client['applicationType'],
  uri: string,
  limits: RedirectUriLimits,
): RedirectUriVerdict => {
  const judgement = judgeRedirectUri(uri, limits);
  return judgement.verdict === 'accepted' && applicationType === 'web' && !uri.startsWith('https:')
    ? { verdict: 'refused', reason: 'a web application needs https; send application_type native' }
    : judgement;
};

const SUPPORTED_GRANT_TYPES: readonly GrantType[] = ['authorization_code', 'refresh_token'];

/**
 * The grant types that this server supports for clients that describe themselves. Others, such as the device grant of
 * VS Code, are left out. Without grant_types a client gets refresh tokens too: RFC 7591 §2 would assume the code grant
 * alone, and the users of such a client (Copilot CLI is one) would have to log in every hour.
 */
export const parseGrantTypes = (metadata: RawMetadata): readonly GrantType[] => {
  requireValue(metadata, 'response_types', 'code');
  requireValue(metadata, 'grant_types', 'authorization_code');
  const requested: readonly string[] = readMember(metadata, 'grant_types') ?? SUPPORTED_GRANT_TYPES;
  return SUPPORTED_GRANT_TYPES.filter((grantType) => requested.includes(grantType));
};

const requireValue = (metadata: RawMetadata, name: 'response_types' | 'grant_types', value: string): void => {
  const values = readMember(metadata, name);
  if (values === undefined || values.includes(value)) return;
  throw new ClientMetadataError(
    name,
    `${name} must contain ${value}: this server supports only the authorization code flow.`,
  );
};

/**
 * The keys for `private_key_jwt`: inline, or the URL where they are (RFC 7591 §2), which is not fetched here
 * (catalogue #180). Undefined when there are none. A private key refuses the metadata.
 */
export const parseKeys = (
  metadata: RawMetadata,
  options: UrlRuleOptions,
): Pick<Client, 'jwks' | 'jwksUri'> | undefined => {
  const jwks = readMember(metadata, 'jwks');
  if (jwks !== undefined && metadata.jwks_uri !== undefined) {
    throw new ClientMetadataError('jwks', 'Send either jwks or jwks_uri, not both.');
  }
  if (jwks !== undefined) {
    const keys = parsePublicKeys(jwks);
    if (typeof keys !== 'string') return { jwks: { keys } };
    const message =
      keys === 'private_key_published'
        ? 'jwks contains a private or symmetric key. Make a new key pair and send only the public key.'
        : 'jwks must be a JWK Set of at most 50 public keys.';
    throw new ClientMetadataError('jwks', message, keys);
  }
  const jwksUri = readMember(metadata, 'jwks_uri');
  if (jwksUri === undefined) return undefined;
  const rule = brokenFetchUrlRule(jwksUri, options);
  if (rule === undefined) return { jwksUri };
  throw new ClientMetadataError(
    'jwks_uri',
    'jwks_uri must be a plain https URL without user information, fragment or dot segments.',
    `jwks_uri breaks the rule ${rule}`,
  );
};

export const parseSigningAlgorithm = (metadata: RawMetadata): Pick<Client, 'tokenEndpointAuthSigningAlg'> => {
  const algorithm = readMember(metadata, 'token_endpoint_auth_signing_alg');
  return algorithm === undefined ? {} : { tokenEndpointAuthSigningAlg: algorithm };
};
