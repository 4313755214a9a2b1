import * as z from 'zod';
import { isServiceUrl, LOOPBACK_HOSTS, list, matching, scopeName, text } from './fields.ts';

/** A domain in reverse order, or one of those that editors and desktop clients are known by. */
const PRIVATE_USE_SCHEME =
  /^([a-z][a-z0-9-]*(\.[a-z0-9-]+)+|claude|cursor|goose|kiro|raycast|vscode|vscode-insiders|vscodium|windsurf|zed):$/;

/** What the operator vouches for still has to be something that a browser can safely be sent to (RFC 8252 §7). */
const isRedirectUri = (value: string): boolean => {
  if (!URL.canParse(value) || /[#{}\s]/.test(value)) return false;
  const { protocol, username, password, hostname } = new URL(value);
  if (username || password) return false;
  if (protocol === 'http:') return LOOPBACK_HOSTS.has(hostname);
  return protocol === 'https:' || PRIVATE_USE_SCHEME.test(protocol);
};

/** Never a URL, never one that registration gives out, and shorter than any subject (RFC 9068 §5). */
export const clientId = matching(
  'a client id of letters, digits and . _ - (at most 40 characters) that begins with neither "gh_" nor "resource-"',
  /^(?!gh_|resource-)[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/,
);

const PUBLIC_KEYS = 'a JWK Set of public keys: {"keys": [{"kty": "…", …}]}';

/** Members that only private and symmetric keys have (RFC 7518 §6). */
const isPublicKey = (key: Readonly<Record<string, unknown>>): boolean =>
  typeof key.kty === 'string' && !['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].some((member) => member in key);

/** A client that the operator vouches for; its secret, where it has one, is made by the stack. */
export const ConfiguredClient = z.strictObject(
  {
    /** What the consent page calls it. */
    name: text('a name of at most 60 characters', (value) => value.length <= 60),
    redirectUris: list(
      'a list of redirect URIs',
      text('an https:// URL, http:// on a loopback host, or a URI of a private-use scheme', isRedirectUri),
    )
      .max(10, { error: 'at most 10 redirect URIs' })
      .default([]),
    /** How it authenticates (RFC 7591 §2, token_endpoint_auth_method). */
    authentication: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'], {
      error: '"client_secret_basic", "client_secret_post", "private_key_jwt" or "none"',
    }),
    /** Where its public keys are, or the keys themselves; one of them with private_key_jwt. */
    jwksUri: text('an absolute https:// URL (http:// only for localhost)', isServiceUrl).optional(),
    jwks: z
      .strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1) }, { error: PUBLIC_KEYS })
      .refine(({ keys }) => keys.every(isPublicKey), { error: PUBLIC_KEYS })
      .optional(),
    grantTypes: list(
      'a list of grant types',
      z.enum(['authorization_code', 'refresh_token', 'client_credentials'], {
        error: '"authorization_code", "refresh_token" or "client_credentials"',
      }),
    )
      .min(1, { error: 'at least one grant type' })
      .default(['authorization_code', 'refresh_token']),
    /** What it may do on its own account, without a person (client_credentials). */
    scopes: list('a list of scope names', scopeName).default([]),
  },
  { error: 'an object with "name" and "authentication"' },
);
