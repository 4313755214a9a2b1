/** Everything that the log may tell: one closed list, so that dashboards and searches can rely on the names. */
export const EVENT_NAMES = [
  'client_registered',
  'client_refused',
  'client_copy_used',
  'consent_shown',
  'consent_given',
  'consent_denied',
  'login_succeeded',
  'login_failed',
  'code_issued',
  'code_redeemed',
  'code_replayed',
  'token_issued',
  'token_refreshed',
  'refresh_reuse_detected',
  'token_revoked',
  'authorizer_denied',
  'request_refused',
  'request_failed',
  'key_created',
  'key_changed',
] as const;

export type EventName = (typeof EVENT_NAMES)[number];
