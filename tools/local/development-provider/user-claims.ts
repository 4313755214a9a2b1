import { setTimeout as delay } from 'node:timers/promises';
import { PROVIDER_KINDS, type ProviderKind } from './kinds.ts';
import { userOf } from './user.ts';

// The login name decides what kind of user logs in. `ada` is a member of the organization "example" and has a verified
// e-mail address there. Words in the name, separated by `.`, `-`, `_` or `+`, change that:
//
//   admin        the user is also in the group, or the team, "admins"
//   unverified   the user's e-mail address is not verified
//   outsider     the user belongs to another domain, tenant or organization
//   declined     the user declines at the provider
//   outage       the provider fails when the code is redeemed
//   slow         the provider takes five minutes to redeem the code, longer than every time limit

/** Whether the login name contains the word. */
export const hasWord = (login: string, word: string): boolean => login.split(/[._+-]/).includes(word);

export const isRefused = (login: string): boolean => hasWord(login, 'declined');

const SLOW_MS = 300_000;

/**
 * Delays or fails the redemption of a code, as the login name demands.
 *
 * @throws Error in an outage
 */
export const simulateTrouble = async (login: string): Promise<void> => {
  if (hasWord(login, 'outage')) throw new Error('an outage, as the login name demands');
  if (hasWord(login, 'slow')) await delay(SLOW_MS, undefined, { ref: false });
};

/** Claims beyond those of OpenID Connect Core §5.1 that some kinds of provider sign. */
export const EXTRA_CLAIMS = ['hd', 'tid', 'oid', 'idp', 'xms_edov', 'groups', 'roles', 'cognito:groups', 'org_id'];

const OTHER_TENANT = '22222222-2222-4222-8222-222222222222';

/** The claims of a user, as a provider of the given kind signs them. */
export const claimsOf = (kind: ProviderKind, login: string): Record<string, unknown> => {
  const user = { ...userOf(login) };
  if (kind === 'oidc') return user;
  const isOutsider = hasWord(login, 'outsider');
  const verified = !hasWord(login, 'unverified');
  const groups = isOutsider ? [] : ['everyone', ...(hasWord(login, 'admin') ? ['admins'] : [])];
  const email = isOutsider ? user.email.replace('@example.com', '@example.net') : user.email;
  const common = { ...user, email, email_verified: verified };
  switch (kind) {
    case 'google':
      // Only Workspace accounts have `hd`. It does not depend on the address.
      return { ...common, email: user.email, ...(isOutsider ? {} : { hd: 'example.com' }) };
    case 'entra': {
      // Entra sends no email_verified, and the tenant chooses the address freely.
      const { email_verified: _none, ...rest } = common;
      const tid = isOutsider ? OTHER_TENANT : PROVIDER_KINDS.entra.tenant;
      return {
        ...rest,
        email: user.email,
        tid,
        oid: `oid-${login}`,
        groups,
        ...(isOutsider ? { idp: 'elsewhere' } : {}),
      };
    }
    case 'cognito':
      return { ...common, 'cognito:groups': groups };
    case 'auth0':
      return { ...common, sub: login, org_id: isOutsider ? 'org_other' : 'org_example', roles: groups };
    default:
      return { ...common, groups };
  }
};
