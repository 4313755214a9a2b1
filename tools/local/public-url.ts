const THIS_MACHINE = new Set(['localhost', '127.0.0.1']);

/** What `--public-url` takes. Browsers keep `__Host-` cookies on https and on `http://localhost` only. */
export const PUBLIC_URL_EXPECTED = 'https:// and a host (http:// only for localhost), without a path';

/**
 * The origin of a URL at which clients reach the run.
 *
 * @returns for example `https://name.example`, or undefined if it cannot be an issuer
 */
export const parsePublicUrl = (value: string): string | undefined => {
  const url = URL.parse(value);
  if (url === null || url.pathname !== '/' || /[?#*\s]/.test(value) || url.username || url.password) return undefined;
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === 'localhost');
  return isAllowed ? url.origin : undefined;
};

/** Whether only this machine resolves the host of an origin to this run. */
export const isOnThisMachine = (origin: string): boolean => THIS_MACHINE.has(new URL(origin).hostname);

/** The problem if logins without a password would be open to the internet, otherwise undefined. */
export const openLoginProblem = (
  developmentProviders: readonly string[],
  { origin, allowAnyone }: { readonly origin: string; readonly allowAnyone: boolean },
): string | undefined => {
  if (developmentProviders.length === 0 || allowAnyone || isOnThisMachine(origin)) return undefined;
  return (
    `--public-url ${origin}: the development provider takes any login without a password (${developmentProviders.join(', ')}). ` +
    'Add --real-providers to log in at the identity providers of your configuration, or ' +
    '--allow-anyone-on-the-internet if your server may be used by anyone.'
  );
};
