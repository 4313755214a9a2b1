import * as z from 'zod';
import { GRANT_TYPES, TOKEN_ENDPOINT_AUTH_METHODS, TOKEN_EXCHANGE } from '../../lambdas/core/clients/client.ts';
import { parsePublicKeys } from '../../lambdas/core/clients/jwks.ts';
import { judgeRedirectUri } from '../../lambdas/core/clients/redirect-uri.ts';
import { REGISTRATION_MODES } from '../../lambdas/core/clients/registration-policy.ts';
import { isPrivateUseScheme } from '../../lambdas/core/clients/uri-schemes.ts';
import { anyOf, documented, isServiceUrl, list, matching, oneOf, scopeName, shortName, text } from './fields.ts';

/** Never a URL, never an id that registration generates, and shorter than every subject (RFC 9068 §5). */
export const clientId = matching(
  'a client id of letters, digits and . _ - (at most 40 characters) that begins with neither "gh_" nor "resource-"',
  /^(?!gh_|resource-)[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/,
);

const PUBLIC_KEYS = 'a JWK Set of public keys: {"keys": [{"kty": "…", …}]}';

const REDIRECT_URI = 'an https:// URL, http:// on a loopback host, or a URI of a private-use scheme';

/** The policy of registered clients. The error says which of its rules the URI breaks. */
const redirectUri = z.string({ error: REDIRECT_URI }).refine((uri) => judgeRedirectUri(uri).verdict === 'accepted', {
  error: ({ input }) => {
    const judgement = judgeRedirectUri(String(input));
    return judgement.verdict === 'accepted' ? REDIRECT_URI : `${REDIRECT_URI} (${judgement.reason})`;
  },
});

/** Resource clients alone use token exchange, and they are not configured here. */
const CONFIGURABLE_GRANT_TYPES = GRANT_TYPES.filter((type) => type !== TOKEN_EXCHANGE);

/** A client that the operator vouches for. If it has a secret, the stack generates it. */
export const ConfiguredClient = z.strictObject(
  {
    name: documented(shortName(), 'name on the consent page'),
    redirectUris: documented(
      list('a list of redirect URIs', redirectUri).max(10, { error: 'at most 10 redirect URIs' }).default([]),
      'where responses may go; at most 10',
    ),
    authentication: documented(
      oneOf(TOKEN_ENDPOINT_AUTH_METHODS),
      TOKEN_ENDPOINT_AUTH_METHODS.map((method) => `\`${method}\``).join(', '),
    ),
    jwksUri: documented(
      text('an absolute https:// URL (http:// only for localhost)', isServiceUrl).optional(),
      'URL of its public keys, for `private_key_jwt`',
    ),
    jwks: documented(
      z
        .strictObject(
          {
            keys: z.array(z.record(z.string(), z.unknown())).min(1, { error: PUBLIC_KEYS }),
          },
          { error: PUBLIC_KEYS },
        )
        .refine((jwks) => Array.isArray(parsePublicKeys(jwks)), { error: PUBLIC_KEYS })
        .optional(),
      'the keys themselves (`{"keys": […]}`), instead of `jwksUri`',
    ),
    grantTypes: documented(
      list('a list of grant types', z.enum(CONFIGURABLE_GRANT_TYPES, { error: anyOf(CONFIGURABLE_GRANT_TYPES) }))
        .min(1, { error: 'at least one grant type' })
        .default(['authorization_code', 'refresh_token']),
      'also `client_credentials`, for machines',
    ),
    scopes: documented(
      list('a list of scope names', scopeName).default([]),
      'what a machine may do without a user (`client_credentials`)',
    ),
  },
  { error: 'an object with "name" and "authentication"' },
);

/** Exact names: redirect URIs are compared exactly (RFC 9700 §4.1.3). */
const redirectHost = matching(
  'a host name in lower case, such as "claude.ai"; patterns are refused, because redirect URIs are compared exactly (RFC 9700 section 4.1.3)',
  /^([a-z0-9-]+\.)*[a-z0-9-]+$/,
);

const privateUseScheme = text(
  'a private-use scheme in lower case, without the colon, such as "cursor", that browsers and systems give no other meaning',
  isPrivateUseScheme,
);

/** Who may register, and where the responses to registered clients may go. */
export const Registration = z.strictObject(
  {
    dynamic: documented(
      oneOf(REGISTRATION_MODES).default('open'),
      '`token` demands an initial access token, which the stack makes and output `RegistrationTokenCommand` shows; `off` refuses registrations',
    ),
    redirectHosts: documented(list('a list of host names', redirectHost).optional(), {
      description: 'websites that responses may go to: `claude.ai`; no patterns, and `[]` allows none',
      unset: 'every host',
    }),
    schemes: documented(list('a list of schemes', privateUseScheme).optional(), {
      description: 'private-use schemes of apps that responses may go to: `cursor`; `[]` allows none',
      unset: 'every private-use scheme',
    }),
  },
  { error: '{"dynamic": "open", "redirectHosts": ["…"], "schemes": ["…"]}' },
);
