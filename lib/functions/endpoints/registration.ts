import * as settings from '../../../lambdas/core/settings.ts';
import { registrationSettings } from '../function-settings.ts';
import { api, type Endpoint } from './endpoint.ts';

/** Dynamic client registration, and the endpoint where a client manages its registration. */
export const REGISTRATION = {
  register: {
    folder: 'register',
    description: 'dynamic client registration (RFC 7591)',
    // The limit on new rows for all clients together: hosted clients share addresses, so none has its own (#172).
    routes: [api('/register', { perSecond: 50, burst: 100 }, 'Open registration (RFC 7591 §3)')],
    grant: (endpoint, { configuration, issuer, tables, secrets }) => {
      endpoint
        .set(settings.issuer, issuer)
        .setOptional(settings.registration, registrationSettings(configuration))
        .bindTable(settings.clientsTable, tables.clients, 'GetItem', 'UpdateItem');
      if (secrets.registration !== undefined) endpoint.bindSecret(settings.registrationSecret, secrets.registration);
    },
  },

  clientConfiguration: {
    folder: 'client-configuration',
    description: 'client configuration endpoint (RFC 7592)',
    routes: [
      {
        path: '/register/{client_id}',
        methods: ['GET', 'HEAD', 'PUT', 'DELETE'],
        throttle: { perSecond: 10, burst: 20 },
        preflight: true,
        publicBecause: 'The function itself checks the registration access token (RFC 7592 §2)',
      },
    ],
    grant: (endpoint, { configuration, issuer, tables }) =>
      endpoint
        .set(settings.issuer, issuer)
        .setOptional(settings.registration, registrationSettings(configuration))
        .bindTable(settings.clientsTable, tables.clients, 'GetItem', 'UpdateItem', 'DeleteItem'),
  },
} satisfies Record<string, Endpoint>;
