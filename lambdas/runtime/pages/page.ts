import { type HttpResponse, NO_STORE } from '../http/messages.ts';
import { type Html, html, Html as Markup } from './html.ts';
import type { Messages } from './locales/messages.ts';
import { LOGO_PATH, type Site } from './site.ts';

/**
 * Allows only our style sheet and logo. It has no `form-action`, since Chromium and WebKit also apply that to the redirects
 * after a form, and would block the way to the identity provider (#133).
 */
const contentSecurityPolicy = ({ hasLogo, style }: Site): string =>
  [
    "default-src 'none'",
    `style-src ${style.source}`,
    `img-src ${hasLogo ? "'self'" : 'data:'}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

export interface PageOptions {
  readonly site: Site;
  readonly messages: Messages;
  readonly status: number;
  readonly title: string;
  readonly body: Html;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** A complete page without scripts. Caches do not store it, and other sites cannot frame it. */
export const page = (options: PageOptions): HttpResponse => ({
  status: options.status,
  headers: {
    ...NO_STORE,
    'content-type': 'text/html; charset=utf-8',
    'content-language': options.messages.language,
    vary: 'Accept-Language',
    'content-security-policy': contentSecurityPolicy(options.site),
    'x-frame-options': 'DENY',
    'cross-origin-resource-policy': 'same-origin',
    ...options.headers,
  },
  ...(options.cookies ? { cookies: options.cookies } : {}),
  body: document(options).text,
});

const document = ({ site, messages, title, body }: PageOptions): Html => html`<!doctype html>
<html lang="${messages.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="${site.hasLogo ? LOGO_PATH : NO_ICON}">
<style>${new Markup(site.style.text)}</style>
</head>
<body>
<main>
${brand(site)}
${body}
</main>
</body>
</html>
`;

/** Keeps browsers from requesting /favicon.ico. */
const NO_ICON = 'data:,';

/** The logo or our mark, the name if there is one, and always the host, so that users see where they are. */
const brand = ({ host, name, hasLogo }: Site): Html =>
  html`<p class="brand">${hasLogo ? html`<img src="${LOGO_PATH}" alt="">` : MARK}<span>${name === undefined ? host : html`<strong>${name}</strong> · <span>${host}</span>`}</span></p>`;

const MARK = html`<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M3 17.5V8a7 7 0 0 1 14 0v9.5M3 17.5h14M10 17.5V8.5M6.5 17.5v-8M13.5 17.5v-8M4 9h12"/></svg>`;
