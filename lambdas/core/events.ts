/**
 * Everything that the log may tell: each event with all the fields that it can have, so that dashboards, alarms and
 * searches can rely on both. `?` at the end of a name: may be left out. The kind of a field says how it is written:
 * `text`, `number`, `boolean`; `client`, a client id, which anybody may have made up; `hashed`, the identifier of a
 * person, grant or token, of which the log only gets the start of a hash; a list of words, one of them.
 */
export const EVENTS = {
  client_registered: { requestId: 'text', clientId: 'client', authMethod: 'text', isNew: 'boolean' },
  client_updated: { requestId: 'text', clientId: 'client' },
  client_deleted: { requestId: 'text', clientId: 'client' },
  // Registration says `requestId`, `path` and `error`; metadata documents and keys say `rule`, and whose they are.
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
  // A consent is kept; it is used in place of the form; it is forgotten.
  consent_kept: { requestId: 'text', clientId: 'client', subject: 'hashed' },
  consent_remembered: { requestId: 'text', clientId: 'client', identityProvider: 'text', subject: 'hashed' },
  consent_forgotten: { requestId: 'text', clientId: 'client', subject: 'hashed' },
  login_succeeded: { requestId: 'text', clientId: 'client', grantId: 'hashed', identityProvider: 'text' },
  // No `clientId` for a login to one's own connections, and where the provider was not ready to be asked. `isFromBrowser`
  // where the browser brought the failure along.
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
  // No `grantId` for a client that acts on its own account.
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
      'insufficient_scope',
    ],
    'clientId?': 'client',
  },
  authorizer_failed: { requestId: 'text', detail: 'text' },
  // The caller's doing, and ours. `status` is said where `error` does not tell it.
  request_refused: { requestId: 'text', path: 'text', error: 'text', 'status?': 'number', detail: 'text' },
  request_failed: { requestId: 'text', path: 'text', 'error?': 'text', 'status?': 'number', detail: 'text' },
  // Once for each window and execution environment; and when it could not be counted, so that nothing was limited.
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
  // What there was of a person; the evidence of an erasure names nobody.
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

/** Event → the fields that whoever logs it has to give. */
export type EventFields = { readonly [Name in EventName]: Fields<(typeof EVENTS)[Name]> };
