import type { Client } from '../../core/clients/client.ts';
import { type RedirectTarget, redirectTarget } from '../../core/clients/redirect-uri.ts';
import { mixesAlphabets } from './display-name.ts';
import { type Html, html } from './html.ts';
import type { Messages, WarningText } from './locales/messages.ts';

/** What is known of the name on the page: a configured client is vouched for, a document's host stands for its own. */
export const nameNote = (client: Client, messages: Messages): Html | undefined => {
  switch (client.source) {
    case 'configured':
      return undefined;
    case 'document':
      return html`<p class="soft">${messages.client.nameFromWebsite(documentHost(client))}</p>`;
    case 'registered':
      return html`<p class="soft">${messages.client.nameUnverified}</p>`;
  }
};

/** The website that describes the client, as a row of the list; nothing for clients without one. */
export const documentRow = (client: Client, messages: Messages): Html | undefined =>
  client.source === 'document'
    ? html`<div><dt>${messages.client.applicationWebsite}</dt><dd>${documentHost(client)}</dd></div>\n`
    : undefined;

/** Where answers go: a host, or the app that opens links of a scheme. */
export const receiverLabel = ({ kind, name }: RedirectTarget, messages: Messages): Html =>
  kind === 'app' ? messages.consent.appForScheme(html`<bdi>${name}</bdi>`) : html`<bdi>${name}</bdi>`;

/** What a person should know of the way back before the answer goes there. */
export const warnings = (client: Client, target: RedirectTarget, messages: Messages): readonly Html[] =>
  [
    client.source !== 'configured' && mixesAlphabets(client.clientName ?? '')
      ? messages.client.mixedAlphabets
      : undefined,
    receiverWarning(target, messages),
    isImpersonable(client) ? messages.client.impersonable(documentHost(client)) : undefined,
    leavesItsWebsite(client, target)
      ? messages.client.otherWebsite(documentHost(client), html`<bdi>${target.name}</bdi>`)
      : undefined,
  ].flatMap((warning) => (warning ? [warningBox(warning)] : []));

const warningBox = ({ lead, text }: WarningText): Html => html`<p class="warning"><strong>${lead}</strong> ${text}</p>`;

/** Any program on this computer can listen on a local port or claim a scheme of links (RFC 8252 §8.6). */
const receiverWarning = (target: RedirectTarget, messages: Messages): WarningText | undefined => {
  switch (target.kind) {
    case 'website':
      return undefined;
    case 'loopback':
      return messages.client.programReceives;
    case 'app':
      return messages.client.appReceives;
  }
};

/** A document proves nothing where each of its redirect URIs is a port of this computer (catalogue #138). */
const isImpersonable = ({ source, redirectUris }: Client): boolean =>
  source === 'document' && redirectUris.every((uri) => redirectTarget(uri).kind === 'loopback');

const leavesItsWebsite = (client: Client, target: RedirectTarget): boolean =>
  client.source === 'document' && target.kind === 'website' && target.name !== hostOf(client);

const documentHost = (client: Client): Html => html`<bdi>${hostOf(client)}</bdi>`;

/** A client id of a metadata document is a URL in normal form (`brokenClientIdUrlRule`). */
const hostOf = ({ clientId }: Client): string => new URL(clientId).host;
