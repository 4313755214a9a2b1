import type { RememberedConsent } from '../../core/authorization/consent.ts';
import type { ScopeDefinitions } from '../../core/authorization/scopes.ts';
import type { Client } from '../../core/clients/client.ts';
import { redirectTarget } from '../../core/clients/redirect-uri.ts';
import type { Connection } from '../../core/grants/connections.ts';
import { CONNECTIONS_PATH } from '../../core/grants/connections-session.ts';
import type { HttpResponse } from '../http/messages.ts';
import type { OpenSession } from '../ports/index.ts';
import { documentRow, nameNote, receiverLabel } from './client-notes.ts';
import { displayName } from './display-name.ts';
import { type Html, html } from './html.ts';
import type { Messages } from './locales/messages.ts';
import { page } from './page.ts';
import { describeScope } from './scope-labels.ts';
import type { Site } from './site.ts';

// With no-referrer, browsers send the form with `Origin: null`. `isSameOrigin` refuses that from browsers without
// `Sec-Fetch-Site`.
const HEADERS = { 'referrer-policy': 'same-origin' };

export interface ConnectionsSignInPageOptions {
  readonly site: Site;
  readonly messages: Messages;
  readonly identityProviders: readonly { readonly id: string; readonly displayName: string }[];
}

/** The sign-in page of /connections, with a button for each identity provider. */
export const connectionsSignInPage = ({
  site,
  messages,
  identityProviders,
}: ConnectionsSignInPageOptions): HttpResponse =>
  page({
    site,
    messages,
    status: 200,
    title: messages.connections.title,
    headers: HEADERS,
    body: html`<h1>${messages.connections.title}</h1>
<p>${messages.connections.signIn}</p>
<form method="post" action="${CONNECTIONS_PATH}">
<div class="actions">
${identityProviders.map(
  ({ id, displayName }) =>
    html`<button class="primary" name="idp" value="${id}">${messages.consent.continueWith(displayName)}</button>\n`,
)}</div>
</form>`,
  });

export interface ConnectionsPageOptions {
  readonly site: Site;
  readonly messages: Messages;
  readonly scopes: ScopeDefinitions;
  readonly session: OpenSession;
  readonly connections: readonly Connection[];
  /** The consents for which the user is not asked again. */
  readonly consents: readonly RememberedConsent[];
  /** By client id; clients that no longer exist are missing. */
  readonly clients: ReadonlyMap<string, Client>;
}

/** Lists the clients that can act for the user, and the remembered consents, with buttons to end each of them. */
export const connectionsPage = (options: ConnectionsPageOptions): HttpResponse => {
  const { messages, session, connections } = options;
  const account = displayName(session.account);
  return page({
    site: options.site,
    messages,
    status: 200,
    title: messages.connections.title,
    headers: HEADERS,
    body: html`<h1>${messages.connections.title}</h1>
${account === undefined ? undefined : html`<p class="soft">${messages.connections.signedInAs(html`<bdi>${account}</bdi>`)}</p>`}
<p>${connections.length === 0 ? messages.connections.none : messages.connections.some}</p>
${connections.map((connection, index) => section(options, connection, index))}
${rememberedSection(options)}
<section>
${connections.length === 0 ? undefined : html`<p class="soft">${messages.connections.afterwards}</p>`}
${form(
  session,
  html`<div class="actions">
${connections.length < 2 ? undefined : html`<button name="action" value="end-all">${messages.connections.endAll}</button>\n`}<button name="action" value="log-out">${messages.connections.logOut}</button>
</div>`,
)}
</section>`,
  });
};

const section = (options: ConnectionsPageOptions, connection: Connection, index: number): Html => {
  const { messages, session } = options;
  const client = options.clients.get(connection.clientId);
  return html`<section aria-labelledby="connection-${index}">
<h2 id="connection-${index}"><bdi>${nameOf(client, messages)}</bdi></h2>
${client && nameNote(client, messages)}
<dl>
${client && documentRow(client, messages)}<div><dt>${messages.connections.server}</dt><dd>${connection.resource.replace(/^https?:\/\//, '')}</dd></div>
<div><dt>${messages.connections.connectedThrough}</dt>${connection.receivers.map((target) => html`<dd>${receiverLabel(target, messages)}</dd>`)}</div>
<div><dt>${messages.connections.permissions}</dt>${connection.scopes.map((scope) => html`<dd>${describeScope(scope, options.scopes, messages)}</dd>`)}</div>
<div><dt>${messages.connections.since}</dt><dd>${day(connection.since, messages)}</dd></div>
${connection.grantCount < 2 ? undefined : html`<div><dt>${messages.connections.timesConnected}</dt><dd>${connection.grantCount}</dd></div>\n`}<div><dt>${messages.connections.lastUsed}</dt><dd>${day(connection.lastUsed, messages)}</dd></div>
</dl>
${form(
  session,
  html`<input type="hidden" name="connection" value="${connection.connectionId}">
<div class="actions"><button name="action" value="end" aria-describedby="connection-${index}">${messages.connections.end}</button></div>`,
)}
</section>
`;
};

/** Lists the remembered consents, each with a button to forget it. Undefined if there are none. */
const rememberedSection = ({ messages, session, clients, consents }: ConnectionsPageOptions): Html | undefined =>
  consents.length === 0
    ? undefined
    : html`<section aria-labelledby="remembered">
<h2 id="remembered">${messages.connections.remembered}</h2>
<p class="soft">${messages.connections.rememberedText}</p>
${consents.map(
  ({ consentId, clientId, redirectUri, resource, expiresAt }, index) => html`<dl>
<div><dt>${messages.connections.application}</dt><dd id="consent-${index}"><bdi>${nameOf(clients.get(clientId), messages)}</bdi></dd></div>
<div><dt>${messages.connections.server}</dt><dd>${resource.replace(/^https?:\/\//, '')}</dd></div>
<div><dt>${messages.connections.connectedThrough}</dt><dd>${receiverLabel(redirectTarget(redirectUri), messages)}</dd></div>
<div><dt>${messages.connections.rememberedUntil}</dt><dd>${day(expiresAt, messages)}</dd></div>
</dl>
${form(
  session,
  html`<input type="hidden" name="consent" value="${consentId}">
<div class="actions"><button name="action" value="forget" aria-describedby="consent-${index}">${messages.connections.forget}</button></div>`,
)}
`,
)}</section>`;

const nameOf = (client: Client | undefined, messages: Messages): string =>
  client === undefined
    ? messages.connections.unknownClient
    : (displayName(client.clientName) ?? messages.client.unnamed);

/** A form bound to the session, so that /connections can refuse the form of another session. */
const form = ({ sessionId }: OpenSession, content: Html): Html => html`<form method="post" action="${CONNECTIONS_PATH}">
<input type="hidden" name="session" value="${sessionId}">
${content}
</form>`;

/**
 * A date in the user's language. It is the date in UTC, since the user's time zone is unknown.
 *
 * @param at epoch seconds
 */
const day = (at: number, { language }: Messages): Html => {
  const date = new Date(at * 1000);
  const text = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(date);
  return html`<time datetime="${date.toISOString().slice(0, 10)}">${text}</time>`;
};
