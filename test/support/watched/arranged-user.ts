import type { EventName } from '../../../lambdas/core/events.ts';
import type { Seen, User } from '../browser/user.ts';
import { formsOf } from '../http/html-form.ts';
import { obtainSession, type RegisteredClient, type Session } from '../http/oauth-requests.ts';
import type { ArrangedCloud } from './arranged-cloud.ts';

/** Matches a log line of this event with these fields. */
export const line = (name: EventName, fields: object = {}) => expect.objectContaining({ event: name, ...fields });

/** Connects the user with this subject at the provider, with one scope. */
export const connectUser = (gate: ArrangedCloud, client: RegisteredClient, sub = 'person-1'): Promise<Session> => {
  gate.providers.company.claims = { sub };
  return obtainSession(gate.cloud, { client, user: gate.user(), provider: 'company', parameters: { scope: 'mcp' } });
};

/** Submits the form of a page that has this field, with further values. */
export const submit = (user: User, seen: Seen, field: string, extra: Record<string, string>): Promise<Seen> => {
  const form = formsOf(seen.html).find(({ fields }) => fields[field] !== undefined);
  if (form === undefined) throw new Error(`no form with ${field}: ${seen.html}`);
  return user.submit(seen, form, extra);
};
