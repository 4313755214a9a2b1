import { OAuthError, type OAuthErrorCode } from '../../core/oauth-error.ts';
import type { HttpRequest, HttpResponse } from '../http/messages.ts';
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
    options: { detail?: string; cause?: unknown; headers?: Record<string, string> } = {},
  ) {
    super(code, message(LOCALES.en).title, options);
    this.name = 'PageError';
    this.page = message;
  }
}

/** A page with a message for the user, and with the request id. */
export const messagePage = (
  site: Site,
  request: HttpRequest,
  message: LocalizedMessage,
  response: Pick<PageOptions, 'status' | 'headers' | 'cookies'>,
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
<p class="foot">${messages.quoteRequestId(html`<code>${request.requestId}</code>`)}</p>`,
  });
};

/** Renders every error of an endpoint that shows pages. The client gets no response. */
export const errorPage =
  (site: Site) =>
  (error: OAuthError, request: HttpRequest): HttpResponse =>
    messagePage(site, request, error instanceof PageError ? error.page : plainMessage(error, request), {
      status: error.status,
      headers: error.headers,
    });

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
