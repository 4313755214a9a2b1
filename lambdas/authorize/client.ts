import { OAuthError } from '../core/oauth-error.ts';
import { PageError } from '../runtime/pages/message-page.ts';
import type { ClientResolver, KnownClient } from '../runtime/ports/index.ts';

/** The host of a metadata document is contacted again half a minute after a failure. */
const RETRY_AFTER_SECONDS = '30';

/**
 * Finds the client of an authorization request.
 *
 * @throws PageError, because without a known client there is no redirect URI to send an error to
 */
export const findClient = async (
  clients: Pick<ClientResolver, 'findForAuthorization'>,
  clientId: string,
  now: number,
): Promise<KnownClient> => {
  const known = await clients.findForAuthorization(clientId, now).catch((error: unknown) => {
    throw error instanceof OAuthError ? refusedDocument(error) : error;
  });
  switch (known) {
    case undefined:
      throw unknown();
    case 'blocked':
      throw blocked();
    case 'unreachable':
      throw unreachable();
    default:
      return known;
  }
};

const unknown = (): PageError =>
  new PageError('invalid_client', ({ errors }) => errors.clientUnknown, {
    status: 400,
    description: 'No client has this client_id, or its registration has expired. Register again.',
    detail: 'unknown client_id',
  });

const blocked = (): PageError =>
  new PageError('access_denied', ({ errors }) => errors.clientBlocked, {
    detail: 'the client, or the host of its metadata document, is blocked',
  });

/** Not 5xx: the caller chose the host, and could otherwise drive up this server's error count. */
const unreachable = (): PageError =>
  new PageError(
    'invalid_request',
    ({ errors, actions }) => ({
      ...errors.clientUnreachable,
      actions: [{ label: actions.tryAgain, href: '' }],
    }),
    {
      detail: 'the host of the client metadata document is unreachable',
      headers: { 'retry-after': RETRY_AFTER_SECONDS },
    },
  );

const refusedDocument = (error: OAuthError): PageError =>
  new PageError('invalid_request', ({ errors }) => errors.clientMetadataInvalid, {
    detail: error.detail ?? error.message,
    cause: error,
  });
