import type { RegistrationPolicy } from '../core/clients/registration-policy.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { bearerToken } from '../core/tokens/bearer.ts';
import type { HttpRequest } from '../runtime/http/messages.ts';

export interface RegistrationAccess {
  readonly registration: RegistrationPolicy;
  /** Compares a token with the initial access token of the stack. Undefined where registration demands none. */
  readonly verifyInitialAccessToken?: ((presented: string) => Promise<boolean>) | undefined;
}

/**
 * Lets a registration pass, or not, before anything of it is read.
 *
 * @throws OAuthError `not_found` where registration is off, `invalid_token` without the initial access token (RFC 7591
 *   §3, RFC 6750 §3.1)
 * @throws UnavailableError when Secrets Manager does not answer
 */
export const requireRegistrationAccess = async (access: RegistrationAccess, request: HttpRequest): Promise<void> => {
  const { dynamic } = access.registration;
  if (dynamic === 'open') return;
  if (dynamic === 'off') throw registrationIsOff();
  const presented = bearerToken(request.headers.get('authorization') ?? []);
  if (presented === undefined) throw refused('Bearer', 'there is no bearer token');
  const isRight = (await access.verifyInitialAccessToken?.(presented)) ?? false;
  if (!isRight) throw refused('Bearer error="invalid_token"', 'it is wrong');
};

const registrationIsOff = (): OAuthError =>
  new OAuthError('not_found', 'Dynamic client registration is off. Ask the operator of this server for a client id.', {
    detail: 'registration is off in the configuration',
  });

const refused = (challenge: string, detail: string): OAuthError =>
  new OAuthError(
    'invalid_token',
    'Registration needs the initial access token of this server. Ask its operator, and send it as a bearer token.',
    { detail: `initial access token: ${detail}`, headers: { 'www-authenticate': challenge } },
  );
