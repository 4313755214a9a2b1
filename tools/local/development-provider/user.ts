/** The claims of a user at the development provider. */
export interface User {
  readonly sub: string;
  readonly email: string;
  readonly email_verified: true;
  readonly name: string;
  readonly preferred_username: string;
}

const LOGIN = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;

/** Normalizes a login name. Returns undefined when it cannot be the local part of an e-mail address. */
export const parseLogin = (text: string): string | undefined => {
  const login = text.trim().replace(/@example\.com$/i, '');
  return LOGIN.test(login) ? login.toLowerCase() : undefined;
};

/** `alice.smith` → Alice Smith, alice.smith@example.com. */
export const userOf = (login: string): User => ({
  sub: login,
  email: `${login}@example.com`,
  email_verified: true,
  name: login
    .split(/[._+-]+/)
    .filter(Boolean)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' '),
  preferred_username: login,
});
