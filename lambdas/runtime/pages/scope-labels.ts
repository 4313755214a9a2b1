import type { ScopeDefinitions } from '../../core/authorization/scopes.ts';
import { textIn } from '../../core/language.ts';
import type { Messages } from './locales/messages.ts';

/** What the consent page says about a scope: the configured description, ours, or the scope's name. */
export const describeScope = (scope: string, definitions: ScopeDefinitions, messages: Messages): string => {
  // Scope names come from outside, so a lookup must never reach `Object.prototype`.
  const configured = Object.hasOwn(definitions, scope) ? definitions[scope]?.description : undefined;
  if (configured !== undefined) return textIn(configured, messages.language);
  return new Map(Object.entries(messages.scopes)).get(scope) ?? scope;
};
