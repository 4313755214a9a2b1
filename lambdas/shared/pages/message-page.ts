import { OAuthError, type OAuthErrorCode } from '../core/oauth-error.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { type Html, html } from './html.ts';
import { brand, page } from './page.ts';

/** A link that people can take from a message. */
export interface PageAction {
  readonly label: string;
  /** Empty: the same page once more. */
  readonly href: string;
}

export interface Message {
  readonly title: string;
  readonly text: string;
  readonly actions?: readonly PageAction[];
}

/** A refusal with words made for the person who sees it; `detail` is for the log. */
export class PageError extends OAuthError {
  readonly page: Message;

  constructor(
    code: OAuthErrorCode,
    message: Message,
    options: { detail?: string; cause?: unknown; headers?: Record<string, string> } = {},
  ) {
    super(code, message.text, options);
    this.name = 'PageError';
    this.page = message;
  }
}

/** A message for a person, with the request id to quote. */
export const messagePage = (
  issuer: string,
  request: HttpRequest,
  message: Message,
  response: { readonly status: number; readonly headers?: Readonly<Record<string, string>> },
): HttpResponse =>
  page({
    ...response,
    title: message.title,
    body: html`${brand(issuer)}
<h1>${message.title}</h1>
<p>${message.text}</p>
${actions(message.actions ?? [])}
<p class="foot">If you ask for help, quote this number: <code>${request.requestId}</code></p>`,
  });

/** Shows any refusal of a page endpoint: nothing leaves for the client. */
export const errorPage =
  (issuer: string) =>
  (error: OAuthError, request: HttpRequest): HttpResponse =>
    messagePage(issuer, request, error instanceof PageError ? error.page : plainMessage(error, request), {
      status: error.status,
      headers: error.headers,
    });

const plainMessage = (error: OAuthError, request: HttpRequest): Message => {
  if (error.status >= 500) {
    return request.method === 'GET'
      ? { title: 'This did not work just now', text: error.message, actions: [{ label: 'Try again', href: '' }] }
      : { title: 'This did not work just now', text: `${error.message} Go back and try again.` };
  }
  return {
    title: 'This request cannot be completed',
    text: `${error.message} If you did not build this request yourself, start again in the application that you want to connect.`,
  };
};

const actions = (list: readonly PageAction[]): Html | undefined =>
  list.length === 0
    ? undefined
    : html`<div class="actions">${list.map(
        (action, index) =>
          html`<a class="${index === 0 ? 'button primary' : 'button'}" href="${action.href}">${action.label}</a>\n`,
      )}</div>`;
