import type { ScopeDefinitions } from '../../core/authorization/scopes.ts';
import { textIn } from '../../core/language.ts';
import type { Messages } from './locales/messages.ts';

/** The words in which a person is asked for a scope: those of the configuration, ours, or else its name. */
export const describeScope = (scope: string, definitions: ScopeDefinitions, messages: Messages): string => {
  // Scope names come from outside: a lookup must never reach `Object.prototype`.
  const configured = Object.hasOwn(definitions, scope) ? definitions[scope]?.description : undefined;
  if (configured !== undefined) return textIn(configured, messages.language);
  return new Map(Object.entries(messages.scopes)).get(scope) ?? scope;
};
