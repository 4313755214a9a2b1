/** Pages of the development provider, without scripts or external resources. */

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 12vh auto 2rem; padding: 0 1.25rem; }
h1 { font-size: 1.3rem; line-height: 1.3; }
.note { border-left: .25rem solid #b7791f; padding-left: .75rem; }
label { display: block; font-weight: 600; margin-top: 1.5rem; }
input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem .75rem; border-radius: .4rem; }
input { border: 1px solid #8a8a8a; margin: .35rem 0; }
button { border: 0; margin-top: 1rem; background: #1f5fbf; color: #fff; cursor: pointer; }
.error { color: #b3261e; }
@media (prefers-color-scheme: dark) { .error { color: #ff9a92; } }
`;

/** @param problem shown above the input field */
export const loginPage = (options: {
  readonly providerId: string;
  readonly action: string;
  readonly hint: string;
  readonly problem?: string;
}): string =>
  page(
    'Log in (development provider)',
    `<h1>Who do you want to be?</h1>
<p class="note">This is the <strong>development provider</strong> of the local run, which replaces
“${escapeHtml(options.providerId)}”. It accepts any login name and asks for no password.</p>
<form method="post" action="${escapeHtml(options.action)}">
<label for="login">Login name</label>
${options.problem ? `<p class="error" id="problem">${escapeHtml(options.problem)}</p>` : ''}
<input id="login" name="login" value="${escapeHtml(options.hint)}" autocomplete="username" autocapitalize="none"
 spellcheck="false" required autofocus${options.problem ? ' aria-describedby="problem" aria-invalid="true"' : ''}>
<small>The login name alice has the verified e-mail address alice@example.com.</small>
<button type="submit">Log in</button>
</form>`,
  );

export const messagePage = (title: string, text: string): string =>
  page(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>`);

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head>
<body><main>${body}</main></body></html>\n`;

const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
