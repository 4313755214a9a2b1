import type { Seen, User } from '../browser/user.ts';
import { formsOf } from '../http/html-form.ts';
import { callbackParameters } from '../http/oauth-requests.ts';
import type { Stage } from './stage.ts';

const MAX_FORMS = 5;

/** The header of a browser for an address that the user typed, or that came from no page. */
export const TYPED_ADDRESS = { headers: { 'sec-fetch-site': 'none' } };

/** Whether the function was killed after it had received the provider's response, which works only once. */
const isUsedUp = (bad: Seen, after: Seen): boolean =>
  bad.status === 502 && after.status === 400 && after.url.pathname.startsWith('/callback/');

/** The link with which an error page lets the user try again. */
const tryAgainLink = (html: string): string | undefined =>
  /<a\b[^>]*\bhref="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#39;', "'");

interface LoginOptions {
  /** Makes the functions forget earlier failures. */
  readonly afterAWhile?: () => Promise<void>;
  /** `once` (default): the user approves. `kept`: and asks to remember the consent. `given`: no consent page may appear. */
  readonly consent?: 'once' | 'kept' | 'given';
}

/**
 * Takes a user through consent and login. When a page reports a failure, the user follows its "Try again" link, sends the
 * same request again, or returns to the application and starts over.
 *
 * @returns the redirect to the client
 */
export const login = async (
  stage: Stage,
  user: User,
  authorizationUrl: URL,
  { afterAWhile = async () => {}, consent = 'once' }: LoginOptions = {},
): Promise<Seen> => {
  const open = () => user.open(authorizationUrl, TYPED_ADDRESS);
  let seen = await stage.send(open, { again: () => afterAWhile().then(open) });
  for (let count = 0; seen.left === undefined && count < MAX_FORMS; count += 1) {
    const page = seen;
    const [form] = formsOf(page.html);
    if (form === undefined) throw new Error(`a page without a form: ${page.html.slice(0, 500)}`);
    const button = form.buttons.find(({ name, value }) => name === 'idp' || value === 'approve');
    if (button !== undefined && consent === 'given') throw new Error('the consent was given, and is asked for again');
    const answer: Record<string, string> =
      button === undefined
        ? { login: user.login }
        : { [button.name]: button.value, ...(consent === 'kept' ? { remember: 'yes' } : {}) };
    const submit = () => user.submit(page, form, answer);
    seen = await stage.send(submit, {
      again: async (bad) => {
        const isFormItself = bad.url.pathname === new URL(form.action, page.url).pathname;
        const next = await (isFormItself ? submit() : user.open(tryAgainLink(bad.html) ?? bad.url));
        return isUsedUp(bad, next) ? open() : next;
      },
    });
  }
  return seen;
};

export const codeAfterLogin = (seen: Seen): string => {
  const parameters = callbackParameters(seen);
  const code = parameters.get('code');
  if (code === null) throw new Error(`no code came back: ${parameters}`);
  return code;
};
