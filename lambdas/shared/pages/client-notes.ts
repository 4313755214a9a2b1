import type { Client } from '../core/client.ts';
import { type RedirectTarget, redirectTarget } from '../core/redirect-uri.ts';
import { type Html, html } from './html.ts';

/** What is known of the name on the page: a configured client is vouched for, a document's host stands for its own. */
export const nameNote = (client: Client): Html | undefined => {
  switch (client.source) {
    case 'configured':
      return undefined;
    case 'document':
      return html`<p class="soft">The name comes from a document at <bdi>${documentHost(client)}</bdi>. Whoever runs that website says so, and nobody else has verified it.</p>`;
    case 'registered':
      return html`<p class="soft">The application chose this name itself. Nobody has verified it.</p>`;
  }
};

/** The website that describes the client, as a row of the list; nothing for clients without one. */
export const documentRow = (client: Client): Html | undefined =>
  client.source === 'document'
    ? html`<div><dt>Described by</dt><dd><bdi>${documentHost(client)}</bdi></dd></div>\n`
    : undefined;

/** What a person should know of the way back before the answer goes there. */
export const warnings = (client: Client, target: RedirectTarget): readonly Html[] => [
  ...receiverWarning(target),
  ...(isOfAnybodyHere(client) ? [impersonationWarning(client)] : []),
  ...(leavesItsWebsite(client, target) ? [otherWebsiteWarning(client, target)] : []),
];

/** Any program on this computer can listen on a local port or claim a scheme of links (RFC 8252 §8.6). */
const receiverWarning = (target: RedirectTarget): readonly Html[] => {
  switch (target.kind) {
    case 'website':
      return [];
    case 'loopback':
      return [
        html`<p class="warning"><strong>A program on this computer will receive the answer.</strong> Continue only if you have just started this from a program that you trust.</p>`,
      ];
    case 'app':
      return [
        html`<p class="warning"><strong>An app on this device will receive the answer.</strong> Continue only if you have just started this from an app that you trust.</p>`,
      ];
  }
};

/** A document proves nothing where each of its redirect URIs is a port of this computer (catalogue #138). */
const isOfAnybodyHere = ({ source, redirectUris }: Client): boolean =>
  source === 'document' && redirectUris.every((uri) => redirectTarget(uri).kind === 'loopback');

const impersonationWarning = (client: Client): Html =>
  html`<p class="warning"><strong>Any program on this computer can pass itself off as this application.</strong> The document at <bdi>${documentHost(client)}</bdi> does not prevent that.</p>`;

const leavesItsWebsite = (client: Client, target: RedirectTarget): boolean =>
  client.source === 'document' && target.kind === 'website' && target.name !== documentHost(client);

const otherWebsiteWarning = (client: Client, target: RedirectTarget): Html =>
  html`<p class="warning"><strong>The answer goes to another website.</strong> The application is described by <bdi>${documentHost(client)}</bdi>, and <bdi>${target.name}</bdi> will receive the answer.</p>`;

/** A client id of a metadata document is a URL in normal form (`brokenClientIdUrlRule`). */
const documentHost = ({ clientId }: Client): string => new URL(clientId).host;
