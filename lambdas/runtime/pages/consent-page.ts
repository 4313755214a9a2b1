import type { ScopeDefinitions } from '../../core/authorization/scopes.ts';
import type { AuthorizationRequest } from '../../core/authorization/transaction.ts';
import type { Client } from '../../core/clients/client.ts';
import { redirectTarget } from '../../core/clients/redirect-uri.ts';
import type { HttpResponse } from '../http/messages.ts';
import { documentRow, nameNote, receiverLabel, warnings } from './client-notes.ts';
import { displayName } from './display-name.ts';
import { type Html, html } from './html.ts';
import type { Messages } from './locales/messages.ts';
import { page } from './page.ts';
import { describeScope } from './scope-labels.ts';
import type { Site } from './site.ts';

export interface ConsentPageOptions {
  readonly site: Site;
  readonly messages: Messages;
  readonly request: AuthorizationRequest;
  readonly client: Client;
  readonly scopes: ScopeDefinitions;
  readonly identityProviders: readonly { readonly id: string; readonly displayName: string }[];
  readonly sealedRequest: string;
  /** Shows the box that lets the user have this consent remembered. */
  readonly canRemember: boolean;
  readonly cookies: readonly string[];
}

/**
 * Asks for consent before the browser goes to an identity provider. The page names the client, what receives the response,
 * the scopes, and the next step (MCP security best practices, confused deputy; #125, #137).
 */
export const consentPage = (options: ConsentPageOptions): HttpResponse => {
  const { messages, request, client } = options;
  const target = redirectTarget(request.redirectUri);
  const name = displayName(request.clientName) ?? messages.client.unnamed;
  return page({
    site: options.site,
    messages,
    status: 200,
    title: messages.consent.title(name),
    cookies: options.cookies,
    // With no-referrer, browsers send the form with `Origin: null`. `isSameOrigin` refuses that from browsers without
    // `Sec-Fetch-Site`.
    headers: { 'referrer-policy': 'same-origin' },
    body: html`<h1>${messages.consent.heading(html`<bdi>${name}</bdi>`)}</h1>
${nameNote(client, messages)}
<dl>
${documentRow(client, messages)}<div><dt>${messages.consent.server}</dt><dd>${request.resource.replace(/^https?:\/\//, '')}</dd></div>
<div><dt>${messages.consent.sendsResponseTo}</dt><dd>${receiverLabel(target, messages)}</dd></div>
</dl>
${warnings(client, target, messages)}
<h2>${messages.consent.permissions}</h2>
<ul>
${request.scopes.map((scope) => html`<li>${describeScope(scope, options.scopes, messages)}</li>\n`)}</ul>
<form method="post" action="/consent">
<input type="hidden" name="request" value="${options.sealedRequest}">
${options.canRemember ? html`<label class="check"><input type="checkbox" name="remember" value="yes">${messages.consent.remember}</label>\n` : undefined}<div class="actions">
${approveButtons(options.identityProviders, messages)}
<button name="decision" value="deny">${messages.consent.deny}</button>
</div>
</form>
<p class="foot">${messages.consent.chooseAccountNext}</p>`,
  });
};

const approveButtons = (
  identityProviders: ConsentPageOptions['identityProviders'],
  { consent }: Messages,
): readonly Html[] => {
  const [sole, ...others] = identityProviders;
  if (sole !== undefined && others.length === 0) {
    return [
      html`<button class="primary" name="decision" value="approve">${consent.continueWith(sole.displayName)}</button>`,
    ];
  }
  return identityProviders.map(
    ({ id, displayName }) =>
      html`<button class="primary" name="idp" value="${id}">${consent.continueWith(displayName)}</button>\n`,
  );
};
