import type { ScopeDefinitions } from '../core/authorization/scopes.ts';
import { newId } from '../core/crypto.ts';
import { connectionIdOf, connectionsOf, mayHaveTokens } from '../core/grants/connections.ts';
import { CONNECTIONS_PATH } from '../core/grants/connections-session.ts';
import { type Grant, isLive } from '../core/grants/grant.ts';
import { isBeforeMark } from '../core/grants/not-before.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { longestTokenSeconds } from '../core/tokens/key-ring.ts';
import { clearSession, findSession } from '../runtime/http/cookies.ts';
import { formParameters } from '../runtime/http/forms.ts';
import { type Handler, type HttpRequest, type HttpResponse, seeOther } from '../runtime/http/messages.ts';
import { isSameOrigin } from '../runtime/http/same-origin.ts';
import { connectionsPage, connectionsSignInPage } from '../runtime/pages/connections-page.ts';
import { formExpired, formFromElsewhere } from '../runtime/pages/form-errors.ts';
import { messagesFor } from '../runtime/pages/locales/locales.ts';
import type { Site } from '../runtime/pages/site.ts';
import type {
  ClientResolver,
  Clock,
  GrantDirectory,
  GrantStore,
  KeyRingStore,
  Log,
  OpenSession,
  RevokedGrantStore,
  SealingKeys,
  SessionSealer,
  TransactionStore,
} from '../runtime/ports/index.ts';
import type { ConsentMemory } from '../runtime/services/consent-memory.ts';
import type { IdentityProviders } from '../runtime/services/identity-providers.ts';
import { refuseAccessTokens } from '../runtime/services/refuse-access-tokens.ts';
import { startNewLogin } from '../runtime/services/start-login.ts';

export interface ConnectionsDeps {
  readonly issuer: string;
  readonly site: Site;
  readonly identityProviders: IdentityProviders;
  readonly scopes: ScopeDefinitions;
  readonly transactionSeconds: number;
  readonly transactions: TransactionStore;
  readonly grants: Pick<GrantStore, 'revokeGrant'>;
  readonly grantDirectory: GrantDirectory;
  readonly clients: Pick<ClientResolver, 'findClient'>;
  readonly keyRings: Pick<KeyRingStore, 'readKeyRing'>;
  readonly revokedGrants: RevokedGrantStore;
  readonly sealingKeys: SealingKeys;
  readonly sessions: SessionSealer;
  /** Undefined where the configuration remembers no consents. */
  readonly consentMemory: ConsentMemory | undefined;
  readonly now: Clock;
  readonly log: Log;
}

/** My connections: users log in, see which clients may act for them, and end the connections they no longer want. */
export const connectionsHandler =
  (deps: ConnectionsDeps): Handler =>
  async (request) => {
    const sealed = findSession(request);
    const session = sealed === undefined ? undefined : await deps.sessions.open(sealed, deps.now());
    if (request.method === 'POST') return await change(deps, request, session);
    if (session !== undefined) return await show(deps, request, session);
    return connectionsSignInPage({
      site: deps.site,
      messages: messagesFor(request),
      identityProviders: [...deps.identityProviders.values()],
    });
  };

const show = async (deps: ConnectionsDeps, request: HttpRequest, session: OpenSession): Promise<HttpResponse> => {
  const now = deps.now();
  const { subject } = session;
  const [grants, keyRing, allConsents] = await Promise.all([
    deps.grantDirectory.grantsOfSubject(subject, now),
    deps.keyRings.readKeyRing(),
    deps.consentMemory?.list(subject, now) ?? [],
  ]);
  const connections = connectionsOf(grants, keyRing?.notBefore, now);
  const consents = allConsents.filter(
    ({ clientId, givenAt }) => !isBeforeMark(keyRing?.notBefore, { clientId, subject, issuedAt: givenAt }),
  );
  const clientIds = [...new Set([...connections, ...consents].map(({ clientId }) => clientId))];
  const clients = await Promise.all(clientIds.map((clientId) => deps.clients.findClient(clientId, now)));
  return connectionsPage({
    site: deps.site,
    messages: messagesFor(request),
    scopes: deps.scopes,
    session,
    connections,
    consents,
    clients: new Map(clients.flatMap((client) => (client ? [[client.clientId, client]] : []))),
  });
};

const change = async (
  deps: ConnectionsDeps,
  request: HttpRequest,
  session: OpenSession | undefined,
): Promise<HttpResponse> => {
  const form = formParameters(request);
  if (!isSameOrigin(request, deps.issuer)) throw formFromElsewhere();
  if (form.has('idp')) return await logIn(deps, request, form.get('idp') ?? '');

  // All other actions apply to the user of the session, and need a form of that session.
  if (session === undefined) return backToPage(deps);
  if (form.get('session') !== session.sessionId) throw formExpired('the form belongs to another session');
  switch (form.get('action')) {
    case 'end': {
      // Consents go first: a client whose connection was ended must not reconnect without the form.
      const isMeant: IsMeant = (one) => connectionIdOf(one) === form.get('connection');
      await deps.consentMemory?.forget(request, session.subject, isMeant, deps.now());
      await endGrants(deps, request, session, isMeant);
      return backToPage(deps);
    }
    case 'end-all':
      await deps.consentMemory?.forget(request, session.subject, () => true, deps.now());
      await endGrants(deps, request, session, () => true);
      return backToPage(deps);
    case 'forget':
      await deps.consentMemory?.forget(
        request,
        session.subject,
        ({ consentId }) => consentId === form.get('consent'),
        deps.now(),
      );
      return backToPage(deps);
    case 'log-out':
      return backToPage(deps, [clearSession()]);
    default:
      throw new OAuthError('invalid_request', 'The form contains no action.');
  }
};

/** No client takes part, so no consent is needed. The browser is bound to the login as to any other. */
const logIn = async (deps: ConnectionsDeps, request: HttpRequest, idp: string): Promise<HttpResponse> => {
  const provider = deps.identityProviders.get(idp);
  if (!provider) throw new OAuthError('invalid_request', 'This identity provider does not exist.');
  const key = await deps.sealingKeys.current();
  const login = { transactionId: newId(), purpose: 'connections' } as const;
  return await startNewLogin(deps, request, login, { provider, key, now: deps.now() });
};

/** Selects grants and consents, both of which belong to a client and a server. */
type IsMeant = (one: Pick<Grant, 'clientId' | 'resource'>) => boolean;

/**
 * Revokes the user's grants that are meant. The index is slightly behind, so a second pass finds what the first missed.
 * Grants that were revoked lately are listed again, which completes an attempt that failed.
 */
const endGrants = async (
  deps: ConnectionsDeps,
  request: HttpRequest,
  { subject }: OpenSession,
  isMeant: IsMeant,
): Promise<void> => {
  const tokenSeconds = longestTokenSeconds(await deps.keyRings.readKeyRing());
  const ended = new Set<string>();
  for (const _pass of ['first', 'second']) {
    const grants = await deps.grantDirectory.grantsOfSubject(subject, deps.now());
    for (const grant of grants.filter(isMeant)) {
      const { grantId, clientId, status } = grant;
      if (status !== 'revoked' || mayHaveTokens(grant, tokenSeconds, deps.now())) ended.add(grantId);
      if (status === 'revoked') continue;
      // This includes a code that has just expired, because its redemption may be in progress.
      await deps.grants.revokeGrant(grantId);
      if (!isLive(grant, deps.now())) continue;
      deps.log('connection_ended', { requestId: request.requestId, clientId, grantId });
    }
  }
  await refuseAccessTokens(deps, [...ended]);
};

/** Redirects to a GET, so that a reload repeats no action. */
const backToPage = ({ issuer }: ConnectionsDeps, cookies: readonly string[] = []): HttpResponse =>
  seeOther(`${issuer}${CONNECTIONS_PATH}`, cookies);
