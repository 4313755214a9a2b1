/**
 * Every event that can be logged, with all the fields that it can have. Dashboards, alarms and searches rely on both.
 *
 * A name that ends in `?` is optional. The kind of a field says how its value is written:
 *
 * - `text`, `number` and `boolean` are written as they are.
 * - `client` is a client id, which an unauthenticated caller can make up.
 * - `hashed` is the identifier of a user, grant or token. Only the start of its hash is written.
 * - A list names the allowed values.
 */
export const EVENTS = {
  // `droppedRedirectUris` names the redirect URIs that were left out, each with the rule that it breaks.
  client_registered: {
    requestId: 'text',
    clientId: 'client',
    authMethod: 'text',
    isNew: 'boolean',
    'droppedRedirectUris?': 'text',
  },
  client_updated: { requestId: 'text', clientId: 'client', 'droppedRedirectUris?': 'text' },
  client_deleted: { requestId: 'text', clientId: 'client' },
  // Registration sets `requestId`, `path` and `error`. Metadata documents and client keys set `rule` and their client.
  client_refused: {
    'requestId?': 'text',
    'path?': 'text',
    'error?': 'text',
    'clientId?': 'client',
    'document?': 'client',
    'rule?': 'text',
    detail: 'text',
  },
  client_copy_used: { document: 'client', copy: ['memory', 'stored', 'shipped'], rule: 'text', detail: 'text' },
  consent_shown: { requestId: 'text', clientId: 'client' },
  consent_given: { requestId: 'text', clientId: 'client', identityProvider: 'text' },
  consent_denied: { requestId: 'text', clientId: 'client' },
  // A consent is stored, then used instead of the form, then deleted.
  consent_kept: { requestId: 'text', clientId: 'client', subject: 'hashed' },
  consent_remembered: { requestId: 'text', clientId: 'client', identityProvider: 'text', subject: 'hashed' },
  consent_forgotten: { requestId: 'text', clientId: 'client', subject: 'hashed' },
  login_succeeded: { requestId: 'text', clientId: 'client', grantId: 'hashed', identityProvider: 'text' },
  // `clientId` is missing for a login to the connections page, and when the provider could not be prepared for a login.
  // `isFromBrowser` is true when the browser reported the failure, so that a caller could have made it up.
  login_failed: {
    requestId: 'text',
    'clientId?': 'client',
    identityProvider: 'text',
    reason: ['denied', 'rejected', 'misconfigured', 'unavailable', 'not_allowed', 'no_scope', 'other_user'],
    'isFromBrowser?': 'boolean',
    detail: 'text',
  },
  connections_opened: { requestId: 'text', subject: 'hashed', identityProvider: 'text' },
  connection_ended: { requestId: 'text', clientId: 'client', grantId: 'hashed' },
  code_issued: { requestId: 'text', clientId: 'client', grantId: 'hashed' },
  code_redeemed: { requestId: 'text', clientId: 'client', grantId: 'hashed' },
  code_replayed: { requestId: 'text', clientId: 'client', grantId: 'hashed' },
  // `grantId` is missing for the client credentials grant.
  token_issued: {
    requestId: 'text',
    clientId: 'client',
    'grantId?': 'hashed',
    clientAuthMethod: 'text',
    hasRefreshToken: 'boolean',
  },
  token_refreshed: { requestId: 'text', clientId: 'client', grantId: 'hashed', repeated: 'boolean' },
  token_exchanged: { requestId: 'text', clientId: 'client', grantId: 'hashed', identityProvider: 'text' },
  access_ended: {
    requestId: 'text',
    clientId: 'client',
    grantId: 'hashed',
    reason: ['provider_removed', 'not_allowed', 'provider_refused', 'provider_cannot_be_asked'],
  },
  upstream_rechecked: {
    requestId: 'text',
    clientId: 'client',
    grantId: 'hashed',
    identityProvider: 'text',
    outcome: ['confirmed', 'refused', 'busy', 'unavailable', 'impossible'],
    'detail?': 'text',
  },
  refresh_reuse_detected: { requestId: 'text', clientId: 'client', grantId: 'hashed' },
  token_revoked: { requestId: 'text', clientId: 'client', grantId: 'hashed' },
  token_introspected: { requestId: 'text', clientId: 'client', active: 'boolean' },
  userinfo_told: { requestId: 'text', clientId: 'client', grantId: 'hashed' },
  authorizer_denied: {
    requestId: 'text',
    reason: [
      'no_bearer_token',
      'malformed',
      'wrong_algorithm',
      'wrong_type',
      'unknown_key',
      'bad_signature',
      'wrong_issuer',
      'wrong_audience',
      'missing_claim',
      'expired',
      'not_yet_valid',
      'before_mark',
      'revoked',
      'insufficient_scope',
    ],
    'clientId?': 'client',
  },
  // The list of revoked grants is full, so the authorizer reads the grant of each token. Logged once per copy of the list.
  revocations_full: { requestId: 'text', until: 'number' },
  authorizer_failed: { requestId: 'text', detail: 'text' },
  // The caller caused `request_refused`, Gatehouse `request_failed`. `status` is set where `error` does not imply it.
  request_refused: { requestId: 'text', path: 'text', error: 'text', 'status?': 'number', detail: 'text' },
  request_failed: { requestId: 'text', path: 'text', 'error?': 'text', 'status?': 'number', detail: 'text' },
  // `limit_hit` is logged once per window and execution environment. After `limit_unknown` the request was not limited.
  limit_hit: { requestId: 'text', clientId: 'client', limit: ['failures', 'requests'] },
  limit_unknown: { requestId: 'text', limit: ['failures', 'requests'], detail: 'text' },
  key_created: { kid: 'text', keyArn: 'text' },
  key_changed: {
    keyArn: 'text',
    state: ['next', 'active', 'retiring', 'withdrawn', 'deletion_scheduled'],
    'kid?': 'text',
    'version?': 'number',
  },
  admin_action: {
    action: ['rotation', 'emergency_rotation', 'set_not_before'],
    'scope?': ['all', 'clientId', 'subject', 'erasedSubject'],
    'clientId?': 'client',
    'subject?': 'hashed',
  },
  // The counts of what was stored about a user. The record of an erasure identifies no user.
  subject_exported: { requestId: 'text', subject: 'hashed', grants: 'number', rememberedConsents: 'boolean' },
  subject_erased: { requestId: 'text', subject: 'hashed', grants: 'number', rememberedConsents: 'boolean' },
} as const satisfies Record<string, Readonly<Record<string, FieldKind>>>;

export type FieldKind = 'text' | 'number' | 'boolean' | 'client' | 'hashed' | readonly string[];

export type EventName = keyof typeof EVENTS;

type Value<Kind> = Kind extends readonly (infer Word)[]
  ? Word
  : Kind extends 'number'
    ? number
    : Kind extends 'boolean'
      ? boolean
      : string;

type Fields<Kinds> = {
  readonly [Name in keyof Kinds as Name extends `${string}?` ? never : Name]: Value<Kinds[Name]>;
} & {
  readonly [Name in keyof Kinds as Name extends `${infer Optional}?` ? Optional : never]?:
    | Value<Kinds[Name]>
    | undefined;
};

/** The fields of each event, with their types. */
export type EventFields = { readonly [Name in EventName]: Fields<(typeof EVENTS)[Name]> };
