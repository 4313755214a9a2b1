import { EVENTS, type EventName } from '../../../lambdas/core/events.ts';
import { type EventLine, eventProblems, eventsIn } from './event-problems.ts';

/** Events for which a configuration, a provider or a fault has to be arranged: test/flow/events-arranged. */
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
  'token_exchanged',
  'upstream_rechecked',
];

/** All others, whichever there will be: test/flow/events. */
export const USUAL: readonly EventName[] = (Object.keys(EVENTS) as EventName[]).filter(
  (name) => !ARRANGED.includes(name),
);

/** Looks at what functions write, one action after the other. */
export class EventWatch {
  readonly #takeLines: () => Promise<readonly string[]>;
  readonly #persons: RegExp;
  readonly #seen: EventLine[] = [];

  /** @param takeLines what functions wrote since the last time @param persons what persons are called */
  constructor(takeLines: () => Promise<readonly string[]>, persons: RegExp) {
    this.#takeLines = takeLines;
    this.#persons = persons;
  }

  /** The events of an action in their order, each as the list of events has it, and none with the name of a user. */
  async eventsOf(act: () => Promise<unknown>): Promise<readonly EventLine[]> {
    await this.#takeLines();
    await act();
    const events = eventsIn(await this.#takeLines());
    expect(events.flatMap(eventProblems)).toEqual([]);
    expect(JSON.stringify(events)).not.toMatch(this.#persons);
    this.#seen.push(...events);
    return events;
  }

  /** Those of the events that no action has had yet. */
  missing(names: readonly EventName[]): readonly EventName[] {
    return names.filter((name) => !this.#seen.some(({ event }) => event === name));
  }

  /** Those of a field's words that no action has had yet. */
  missingWords<Name extends EventName>(name: Name, field: keyof (typeof EVENTS)[Name] & string): readonly string[] {
    const words = EVENTS[name][field] as readonly string[];
    return words.filter((word) => !this.#seen.some((line) => line.event === name && line[field] === word));
  }
}
