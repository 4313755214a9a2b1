import type { Client } from '../core/client.ts';
import { redirectTarget } from '../core/redirect-uri.ts';
import { describeScope, type ScopeDefinitions } from '../core/scopes.ts';
import type { AuthorizationRequest } from '../core/transaction.ts';
import type { HttpResponse } from '../http/message.ts';
import { documentRow, nameNote, warnings } from './client-notes.ts';
import { displayName } from './display-name.ts';
import { type Html, html } from './html.ts';
import { brand, page } from './page.ts';

export interface ConsentPageOptions {
  readonly issuer: string;
  readonly request: AuthorizationRequest;
  readonly client: Client;
  readonly scopes: ScopeDefinitions;
  readonly identityProviders: readonly { readonly id: string; readonly displayName: string }[];
  readonly sealedRequest: string;
  readonly cookies: readonly string[];
}

/**
 * Asks for consent before anything leaves for an identity provider: who asks, where the answer goes, what it may do, and
 * that the account is chosen next (MCP security best practices, confused deputy; catalogue #125, #137).
 */
export const consentPage = (options: ConsentPageOptions): HttpResponse => {
  const { request, client } = options;
  const target = redirectTarget(request.redirectUri);
  const name = displayName(request.clientName) ?? 'An application without a name';
  return page({
    status: 200,
    title: `Connect ${name}?`,
    cookies: options.cookies,
    // Under no-referrer browsers would send the form with `Origin: null`, which the CSRF check refuses.
    headers: { 'referrer-policy': 'same-origin' },
    body: html`${brand(options.issuer)}
<h1><bdi>${name}</bdi> wants to connect</h1>
${nameNote(client)}
<dl>
${documentRow(client)}<div><dt>To this server</dt><dd>${request.resource.replace(/^https?:\/\//, '')}</dd></div>
<div><dt>The answer goes to</dt><dd>${target.kind === 'app' ? html`the app that opens <bdi>${target.name}</bdi> links` : html`<bdi>${target.name}</bdi>`}</dd></div>
</dl>
${warnings(client, target)}
<h2>If your account allows, it may:</h2>
<ul>
${request.scopes.map((scope) => html`<li>${describeScope(scope, options.scopes)}</li>\n`)}</ul>
<form method="post" action="/consent">
<input type="hidden" name="request" value="${options.sealedRequest}">
<div class="actions">
${approveButtons(options.identityProviders)}
<button name="decision" value="deny">Deny</button>
</div>
</form>
<p class="foot">You choose your account in the next step. Nothing is shared before that.</p>`,
  });
};

const approveButtons = (identityProviders: ConsentPageOptions['identityProviders']): readonly Html[] => {
  const [sole, ...others] = identityProviders;
  if (sole !== undefined && others.length === 0) {
    return [html`<button class="primary" name="decision" value="approve">Continue with ${sole.displayName}</button>`];
  }
  return identityProviders.map(
    (provider) =>
      html`<button class="primary" name="idp" value="${provider.id}">Continue with ${provider.displayName}</button>\n`,
  );
};
