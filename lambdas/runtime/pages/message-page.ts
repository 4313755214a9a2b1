import { OAuthError, type OAuthErrorCode } from '../../core/oauth-error.ts';
import { errorJson, type HttpRequest, type HttpResponse } from '../http/messages.ts';
import { type Html, html } from './html.ts';
import { LOCALES, messagesFor } from './locales/locales.ts';
import type { Messages } from './locales/messages.ts';
import { type PageOptions, page } from './page.ts';
import type { Site } from './site.ts';

/** A link below a message. */
export interface PageAction {
  readonly label: string;
  /** An empty string reloads the page. */
  readonly href: string;
}

export interface Message {
  readonly title: string;
  readonly text: string | Html;
  readonly actions?: readonly PageAction[];
}

/** A message that is translated when it is shown. */
export type LocalizedMessage = (messages: Messages) => Message;

/** A refusal with a message for the user; `detail` is for the log. */
export class PageError extends OAuthError {
  readonly page: LocalizedMessage;

  constructor(
    code: OAuthErrorCode,
    message: LocalizedMessage,
    options: {
      detail?: string;
      cause?: unknown;
      headers?: Record<string, string>;
      status?: 400;
      /**
       * What a program is told.
       *
       * @default the English title
       */
      description?: string;
    } = {},
  ) {
    super(code, options.description ?? message(LOCALES.en).title, { ...options, isGuess: false });
    this.name = 'PageError';
    this.page = message;
  }
}

/** A page with a message for the user, and with the request id and the code of the error. */
export const messagePage = (
  site: Site,
  request: HttpRequest,
  message: LocalizedMessage,
  { code, ...response }: Pick<PageOptions, 'status' | 'headers' | 'cookies'> & { readonly code: OAuthErrorCode },
): HttpResponse => {
  const messages = messagesFor(request);
  const { title, text, actions = [] } = message(messages);
  return page({
    ...response,
    site,
    messages,
    title,
    body: html`<h1>${title}</h1>
<p>${text}</p>
${links(actions)}
<p class="foot">${messages.quoteRequestId(html`<code>${request.requestId}</code> (<code>${code}</code>)`)}</p>`,
  });
};

/** Renders every error of an endpoint that shows pages. The client gets no response. */
export const errorPage =
  (site: Site) =>
  (error: OAuthError, request: HttpRequest): HttpResponse =>
    messagePage(site, request, error instanceof PageError ? error.page : plainMessage(error, request), {
      code: error.code,
      status: error.status,
      headers: error.headers,
    });

/** As `errorPage`, but in JSON for a program that visits a page: it does not ask for `text/html`. */
export const errorPageOrJson =
  (site: Site) =>
  (error: OAuthError, request: HttpRequest): HttpResponse =>
    asksForHtml(request) ? errorPage(site)(error, request) : errorJson(error, request);

/** Whether `Accept` names `text/html`, as browsers do whenever they open a page. Programs send other types or none. */
const asksForHtml = ({ headers }: HttpRequest): boolean =>
  (headers.get('accept') ?? [])
    .flatMap((value) => value.split(','))
    .some((range) => /^\s*text\/html\s*(?:;|$)/i.test(range) && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/i.test(range));

/** The message of an error that has none for users. */
const plainMessage =
  (error: OAuthError, request: HttpRequest): LocalizedMessage =>
  ({ errors, actions }) => {
    if (error.status < 500) {
      const { title, text } = errors.requestRefused;
      return { title, text: text(html`<span lang="en">${error.message}</span>`) };
    }
    const { title, text } = error.code === 'temporarily_unavailable' ? errors.busy : errors.failed;
    return request.method === 'GET'
      ? { title, text, actions: [{ label: actions.tryAgain, href: '' }] }
      : { title, text: `${text} ${errors.goBack}` };
  };

const links = (list: readonly PageAction[]): Html | undefined =>
  list.length === 0
    ? undefined
    : html`<div class="actions">${list.map(
        (action, index) =>
          html`<a class="${index === 0 ? 'button primary' : 'button'}" href="${action.href}">${action.label}</a>\n`,
      )}</div>`;
