import { OAuthError } from '../shared/core/oauth-error.ts';
import { PageError } from '../shared/pages/message-page.ts';
import type { ClientDirectory, KnownClient } from '../shared/ports.ts';

/** Hosts of metadata documents that failed are asked again after half a minute. */
const RETRY_AFTER_SECONDS = '30';

/** The client of an authorization request. @throws PageError, for nobody knows where else an error could go */
export const findClient = async (
  clients: Pick<ClientDirectory, 'findForAuthorization'>,
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
  new PageError(
    'invalid_request',
    {
      title: 'This application is not known here',
      text: 'It has never registered with this server, or has not been used for a long time. Remove the connection in your application and add it again, so that it registers anew.',
    },
    { detail: 'unknown client_id' },
  );

const blocked = (): PageError =>
  new PageError(
    'access_denied',
    {
      title: 'This application is blocked here',
      text: 'Whoever runs this server does not let this application in. Ask them, or use another application.',
    },
    { detail: 'the client, or the host of its metadata document, is blocked' },
  );

const unreachable = (): PageError =>
  new PageError(
    'temporarily_unavailable',
    {
      title: 'This application cannot be looked up just now',
      text: 'The website that describes it does not answer, so this server cannot know whom you would let in. That is a fault of that website or of the way to it, and usually passes.',
      actions: [{ label: 'Try again', href: '' }],
    },
    {
      detail: 'the host of the client metadata document is unreachable',
      headers: { 'retry-after': RETRY_AFTER_SECONDS },
    },
  );

const refusedDocument = (error: OAuthError): PageError =>
  new PageError(
    'invalid_request',
    {
      title: 'The description of this application is not in order',
      text: 'The application names a web address that should describe it, and what stands there was not accepted. Its makers have to correct it; whoever runs this server finds the reason in the log.',
    },
    { detail: error.detail ?? error.message, cause: error },
  );
