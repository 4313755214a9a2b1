import { setTimeout as delay } from 'node:timers/promises';
import { PROVIDER_KINDS, type ProviderKind } from './kinds.ts';
import { personOf } from './person.ts';

// What a login name makes of somebody. `ada` is a member of the organization "example", with a verified address there;
// words in the name, between `.`, `-`, `_` or `+`, make it otherwise:
//
//   admin        is in the group, or the team, "admins" besides
//   unverified   has an address that nobody has verified
//   outsider     belongs to somebody else: another domain, tenant or organization
//   declined     says no at the provider
//   outage       finds the provider broken when the login is about to end
//   slow         waits five minutes there, which is longer than every limit of time

/** Whether one of the name's words is that one. */
export const hasWord = (login: string, word: string): boolean => login.split(/[._+-]/).includes(word);

export const isRefused = (login: string): boolean => hasWord(login, 'declined');

const SLOW_MS = 300_000;

/** What befalls a person's login when its code is redeemed. @throws Error in an outage */
export const meetTrouble = async (login: string): Promise<void> => {
  if (hasWord(login, 'outage')) throw new Error('an outage, as the login name asked for');
  if (hasWord(login, 'slow')) await delay(SLOW_MS, undefined, { ref: false });
};

/** Claims beyond those of OpenID Connect Core §5.1 that some kind signs. */
export const EXTRA_CLAIMS = ['hd', 'tid', 'oid', 'idp', 'xms_edov', 'groups', 'roles', 'cognito:groups', 'org_id'];

const OTHER_TENANT = '22222222-2222-4222-8222-222222222222';

/** The claims of a person as a provider of that kind signs them. */
export const claimsOf = (kind: ProviderKind, login: string): Record<string, unknown> => {
  const person = { ...personOf(login) };
  if (kind === 'oidc') return person;
  const isOutsider = hasWord(login, 'outsider');
  const verified = !hasWord(login, 'unverified');
  const groups = isOutsider ? [] : ['everyone', ...(hasWord(login, 'admin') ? ['admins'] : [])];
  const email = isOutsider ? person.email.replace('@example.com', '@example.net') : person.email;
  const common = { ...person, email, email_verified: verified };
  switch (kind) {
    case 'google':
      // Only accounts of a Workspace have `hd`, whatever their address is.
      return { ...common, email: person.email, ...(isOutsider ? {} : { hd: 'example.com' }) };
    case 'entra': {
      // No email_verified at all; the address is whatever the tenant says.
      const { email_verified: _none, ...rest } = common;
      const tid = isOutsider ? OTHER_TENANT : PROVIDER_KINDS.entra.tenant;
      return {
        ...rest,
        email: person.email,
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
