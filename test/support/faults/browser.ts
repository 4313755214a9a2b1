import type { Person, Seen } from '../browser/person.ts';
import { formsOf } from '../http/html-form.ts';
import { callbackParameters } from '../http/oauth-requests.ts';
import type { Stage } from './stage.ts';

const MAX_FORMS = 5;

/** What a browser says of an address that somebody typed, or that came from no page. */
export const BY_ONESELF = { headers: { 'sec-fetch-site': 'none' } };

/** A login whose function was killed with the provider's answer in its hands: that answer works once. */
const isUsedUp = (bad: Seen, after: Seen): boolean =>
  bad.status === 502 && after.status === 400 && after.url.pathname.startsWith('/callback/');

/** Where a page of ours offers to go on after a fault. */
const tryAgainLink = (html: string): string | undefined =>
  /<a\b[^>]*\bhref="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#39;', "'");

interface LoginOptions {
  /** Makes functions forget that something failed. */
  readonly afterAWhile?: () => Promise<void>;
  /** `once` (default): asked, and says yes. `kept`: and does not want to be asked again. `given`: must not be asked. */
  readonly consent?: 'once' | 'kept' | 'given';
}

/**
 * A person who wants in, through consent and login, and who does what anybody would when a page says that something
 * failed: follow its "Try again", or send the same once more, or go back to the application and begin anew.
 *
 * @returns the way back to the client
 */
export const login = async (
  stage: Stage,
  person: Person,
  authorizationUrl: URL,
  { afterAWhile = async () => {}, consent = 'once' }: LoginOptions = {},
): Promise<Seen> => {
  const open = () => person.open(authorizationUrl, BY_ONESELF);
  let seen = await stage.send(open, { again: () => afterAWhile().then(open) });
  for (let count = 0; seen.left === undefined && count < MAX_FORMS; count += 1) {
    const page = seen;
    const [form] = formsOf(page.html);
    if (form === undefined) throw new Error(`a page without a form: ${page.html.slice(0, 500)}`);
    const button = form.buttons.find(({ name, value }) => name === 'idp' || value === 'approve');
    if (button !== undefined && consent === 'given') throw new Error('the consent was given, and is asked for again');
    const answer: Record<string, string> =
      button === undefined
        ? { login: person.login }
        : { [button.name]: button.value, ...(consent === 'kept' ? { remember: 'yes' } : {}) };
    const submit = () => person.submit(page, form, answer);
    seen = await stage.send(submit, {
      again: async (bad) => {
        const isFormItself = bad.url.pathname === new URL(form.action, page.url).pathname;
        const next = await (isFormItself ? submit() : person.open(tryAgainLink(bad.html) ?? bad.url));
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
