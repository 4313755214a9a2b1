import * as z from 'zod/mini';
import type { Immutable } from '../immutable.ts';
import { judgeRedirectUri, type RedirectUriLimits } from './redirect-uri.ts';

/** `token` demands the initial access token of RFC 7591 §3. */
export const REGISTRATION_MODES = ['open', 'token', 'off'] as const;

/** Who may register, and where the responses to registered clients may go. */
export const RegistrationPolicy = z.object({
  dynamic: z.enum(REGISTRATION_MODES),
  /** Only these hosts. Absent: every host. */
  redirectHosts: z.optional(z.array(z.string())),
  /** Only these private-use schemes, without the colon. Absent: every private-use scheme. */
  schemes: z.optional(z.array(z.string())),
});
export type RegistrationPolicy = Immutable<z.infer<typeof RegistrationPolicy>>;

/** What holds where the configuration says nothing. */
export const OPEN_REGISTRATION: RegistrationPolicy = { dynamic: 'open' };

/** The redirect URIs of a registered client that the policy still accepts. */
export const allowedRedirectUris = (redirectUris: readonly string[], limits: RedirectUriLimits): readonly string[] =>
  redirectUris.filter((uri) => judgeRedirectUri(uri, limits).verdict === 'accepted');
