import type { HttpResponse } from '../runtime/http/messages.ts';
import { type Html, html } from '../runtime/pages/html.ts';
import type { Messages } from '../runtime/pages/locales/messages.ts';
import { page } from '../runtime/pages/page.ts';
import type { Site } from '../runtime/pages/site.ts';
import { type Connector, cursorLink, shortName, vsCodeLink } from './install-links.ts';

export interface WelcomePageOptions {
  readonly site: Site;
  readonly messages: Messages;
  readonly connectors: readonly Connector[];
}

/** Explains what an MCP server is, and how to add it to an application. */
export const welcomePage = ({ site, messages, connectors }: WelcomePageOptions): HttpResponse => {
  const { welcome } = messages;
  return page({
    site,
    messages,
    status: 200,
    title: site.name ?? welcome.title,
    body: html`<h1>${welcome.title}</h1>
<p>${welcome.whatThisIs}</p>
<h2>${connectors.length === 1 ? welcome.address : welcome.addresses}</h2>
<dl>
${connectors.map(({ name, url }) => html`<div><dt>${name}</dt><dd><code class="copy">${url}</code></dd></div>\n`)}</dl>
<p class="soft below">${welcome.copyExactly}</p>
<h2>${welcome.whereToPaste}</h2>
${instructions(messages, connectors).map(
  ([client, steps]) => html`<details>
<summary>${client}</summary>
${steps}
</details>\n`,
)}
<h2>${welcome.whatHappensNext}</h2>
<p>${welcome.reviewAndSignIn}</p>
<p><a href="/connections">${welcome.connections}</a></p>`,
  });
};

/** The steps for each client. Menus and commands are those of its English version. */
const instructions = (
  { welcome }: Messages,
  connectors: readonly Connector[],
): readonly [client: string, steps: Html][] => {
  const [sole, ...others] = connectors;
  const address =
    sole !== undefined && others.length === 0 ? html`<code>${sole.url}</code>` : html`${welcome.yourAddress}`;
  const hosted = connectors.every((connector) => isOnThisMachine(connector.url))
    ? html`<p class="warning">${welcome.runsOnThisComputer}</p>`
    : undefined;
  return [
    ['Claude', html`<p>${welcome.pasteAt(menu('Settings', 'Connectors', 'Add custom connector'))}</p>${hosted}`],
    [
      'ChatGPT',
      html`<p>${welcome.developerMode(menu('Settings', 'Apps & Connectors', 'Advanced'))} ${welcome.pasteAt(menu('Settings', 'Apps & Connectors', 'Create'))}</p>${hosted}`,
    ],
    [
      'VS Code',
      html`${connectors.map(
        (
          connector,
        ) => html`<p><a class="button" href="${vsCodeLink('vscode', connector)}">${welcome.addTo('VS Code', nameAmong(connector, connectors))}</a></p>
<p><a class="button" href="${vsCodeLink('vscode-insiders', connector)}">${welcome.addTo('VS Code Insiders', nameAmong(connector, connectors))}</a></p>\n`,
      )}<p>${welcome.orPasteAt(menu('MCP: Add Server', 'HTTP'))}</p>`,
    ],
    [
      'Cursor',
      html`${connectors.map(
        (connector) =>
          html`<p><a class="button" href="${cursorLink(connector)}">${welcome.addTo('Cursor', nameAmong(connector, connectors))}</a></p>\n`,
      )}<p>${welcome.orPasteAt(menu('Settings', 'Tools & MCP'))}</p>`,
    ],
    [
      welcome.commandLine,
      html`${commands(connectors).map(([client, lines]) => html`<p>${client}</p>${lines.map((line) => html`<pre><code>${line}</code></pre>\n`)}`)}`,
    ],
    [welcome.anotherProgram, html`<p>${welcome.anyOther(address)}</p>`],
  ];
};

const menu = (...path: readonly string[]): Html => html`<strong lang="en">${path.join(' → ')}</strong>`;

/** The server's name if there are several, since a link then has to say which one it adds. */
const nameAmong = ({ name }: Connector, { length }: readonly Connector[]): string | undefined =>
  length > 1 ? name : undefined;

const commands = (connectors: readonly Connector[]): readonly [client: string, lines: readonly string[]][] => {
  const each = (line: (name: string, url: string) => string) =>
    connectors.map((connector) => line(shortName(connector), connector.url));
  return [
    ['Claude Code', each((name, url) => `claude mcp add --transport http ${name} ${url}`)],
    ['Codex', each((name, url) => `codex mcp add ${name} --url ${url}`)],
    ['Gemini CLI', each((name, url) => `gemini mcp add --transport http ${name} ${url}`)],
  ];
};

/** Assistants in the cloud cannot reach a server on this computer. */
const isOnThisMachine = (url: string): boolean => new URL(url).hostname === 'localhost';
