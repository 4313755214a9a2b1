import type { Client } from '../../core/clients/client.ts';
import { type RedirectTarget, redirectTarget } from '../../core/clients/redirect-uri.ts';
import { mixesAlphabets } from './display-name.ts';
import { type Html, html } from './html.ts';
import type { Messages, WarningText } from './locales/messages.ts';

/**
 * Says where the client's name comes from.
 *
 * @returns undefined for a configured client, whose name the operator chose
 */
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

/** The row that names the website of the client's metadata document, or undefined if the client has no document. */
export const documentRow = (client: Client, messages: Messages): Html | undefined =>
  client.source === 'document'
    ? html`<div><dt>${messages.client.applicationWebsite}</dt><dd>${documentHost(client)}</dd></div>\n`
    : undefined;

/** Names what receives the response: a host, or the app that opens links of a scheme. */
export const receiverLabel = ({ kind, name }: RedirectTarget, messages: Messages): Html =>
  kind === 'app' ? messages.consent.appForScheme(html`<bdi>${name}</bdi>`) : html`<bdi>${name}</bdi>`;

/** Warns the user about the client's name and about what receives the response. */
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

/** Any program on this computer can listen on a local port or register a scheme (RFC 8252 §8.6). */
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

/** A metadata document proves nothing if each of its redirect URIs is a port of this computer (#138). */
const isImpersonable = ({ source, redirectUris }: Client): boolean =>
  source === 'document' && redirectUris.every((uri) => redirectTarget(uri).kind === 'loopback');

const leavesItsWebsite = (client: Client, target: RedirectTarget): boolean =>
  client.source === 'document' && target.kind === 'website' && target.name !== hostOf(client);

const documentHost = (client: Client): Html => html`<bdi>${hostOf(client)}</bdi>`;

/** The client id of a client with a metadata document is a URL in normal form (`brokenClientIdUrlRule`). */
const hostOf = ({ clientId }: Client): string => new URL(clientId).host;
