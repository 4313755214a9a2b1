import { type BackendAnswer, BackendError } from './backend.ts';

type Head = Pick<BackendAnswer, 'status' | 'headers'>;

/** Returns the value of `Location` if a client would follow the response; 304 is no redirect (RFC 9110 §15.4). */
export const redirectLocation = ({ status, headers }: Head): string | undefined =>
  status >= 300 && status < 400 && status !== 304 ? headers.get('location')?.[0] : undefined;

/**
 * Finds the target of a redirect that only adds or removes the slash at the end of the path. Frameworks answer so
 * before they look at the request, so that it can be sent again.
 *
 * @param from the URL that was requested
 * @returns the new path, or undefined for any other response
 */
export const slashRedirect = (answer: Head, from: URL): string | undefined => {
  const location = redirectLocation(answer);
  const to = location === undefined ? null : URL.parse(location, from.href);
  if (to === null || answer.status === 303 || to.origin !== from.origin || to.username || to.password) return undefined;
  const isSlashOnly = to.pathname === `${from.pathname}/` || `${to.pathname}/` === from.pathname;
  return isSlashOnly ? to.pathname : undefined;
};

/** A redirect that must not reach the client, which would follow it past this door. The detail omits query and user. */
export const redirectFault = (location: string, from: URL): BackendError => {
  const to = URL.parse(location, from.href);
  const shown = to === null ? 'no valid URL' : `${to.protocol}//${to.host}${to.pathname}`;
  return new BackendError(502, `the MCP server redirects to ${shown}: put its final URL into backend.url`);
};
