import type { MarkScope } from '../core/grants/not-before.ts';

/** A command that an operator sends with `aws lambda invoke`. */
export type KeyRingCommand =
  | { readonly action: 'rotate'; readonly isEmergency: boolean }
  | { readonly action: 'setNotBefore'; readonly scope: MarkScope };

const EXPECTED =
  'expected {"action":"rotate"}, {"action":"rotate","emergency":true}, or {"action":"setNotBefore"} with one of ' +
  '"all":true, "clientId":"…", "subject":"…" and "erasedSubject":"…"';

/**
 * Reads the command in an event.
 *
 * @returns undefined for the daily schedule, which is an event of EventBridge or an empty event
 * @throws TypeError for any other event, so that a mistyped command is never taken for the schedule
 */
export const parseCommand = (event: unknown): KeyRingCommand | undefined => {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) throw new TypeError(EXPECTED);
  const members = new Map<string, unknown>(Object.entries(event));
  if (members.size === 0 || members.get('source') === 'aws.events') return undefined;

  const action = members.get('action');
  members.delete('action');
  const [[name, value] = []] = members;
  if (action === 'rotate') {
    if (members.size === 0) return { action, isEmergency: false };
    if (members.size === 1 && name === 'emergency' && typeof value === 'boolean') return { action, isEmergency: value };
  }
  if (action === 'setNotBefore' && members.size === 1) {
    if (name === 'all' && value === true) return { action, scope: { all: true } };
    if (name === 'clientId' && isText(value)) return { action, scope: { clientId: value } };
    if (name === 'subject' && isText(value)) return { action, scope: { subject: value } };
    if (name === 'erasedSubject' && isText(value)) return { action, scope: { erasedSubject: value } };
  }
  throw new TypeError(EXPECTED);
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0;
