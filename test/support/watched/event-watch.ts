import { EVENTS, type EventName } from '../../../lambdas/core/events.ts';
import { type EventLine, eventProblems, eventsIn } from './event-problems.ts';

/** Events that need a special configuration, provider or fault: test/flow/operations/events-arranged. */
export const ARRANGED: readonly EventName[] = [
  'access_ended',
  'authorizer_failed',
  'client_copy_used',
  'connection_ended',
  'connections_opened',
  'consent_forgotten',
  'consent_kept',
  'consent_remembered',
  'limit_unknown',
  'subject_erased',
  'request_failed',
  'revocations_full',
  'token_exchanged',
  'upstream_rechecked',
];

/** All other events: test/flow/operations/events. */
export const USUAL: readonly EventName[] = (Object.keys(EVENTS) as EventName[]).filter(
  (name) => !ARRANGED.includes(name),
);

/** Checks the events that functions log, one action after the other. */
export class EventWatch {
  readonly #takeLines: () => Promise<readonly string[]>;
  readonly #userNames: RegExp;
  readonly #seen: EventLine[] = [];

  /** @param takeLines returns the lines since its last call @param userNames matches the names of users */
  constructor(takeLines: () => Promise<readonly string[]>, userNames: RegExp) {
    this.#takeLines = takeLines;
    this.#userNames = userNames;
  }

  /** The events of an action in order. Each must match the list of events, and none may name a user. */
  async eventsOf(act: () => Promise<unknown>): Promise<readonly EventLine[]> {
    await this.#takeLines();
    await act();
    const events = eventsIn(await this.#takeLines());
    expect(events.flatMap(eventProblems)).toEqual([]);
    expect(JSON.stringify(events)).not.toMatch(this.#userNames);
    this.#seen.push(...events);
    return events;
  }

  /** The events that no action has logged yet. */
  missing(names: readonly EventName[]): readonly EventName[] {
    return names.filter((name) => !this.#seen.some(({ event }) => event === name));
  }

  /** The values of a field that no action has logged yet. */
  missingWords<Name extends EventName>(name: Name, field: keyof (typeof EVENTS)[Name] & string): readonly string[] {
    const words = EVENTS[name][field] as readonly string[];
    return words.filter((word) => !this.#seen.some((line) => line.event === name && line[field] === word));
  }
}
