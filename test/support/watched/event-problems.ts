import { EVENTS, type FieldKind } from '../../../lambdas/core/events.ts';

export type EventLine = Readonly<Record<string, unknown>> & { readonly event: string };

/** The events among the lines of functions. Other lines are left out. */
export const eventsIn = (lines: readonly string[]): EventLine[] =>
  lines.flatMap((line) => {
    try {
      const value = JSON.parse(line);
      return typeof value?.event === 'string' ? [value as EventLine] : [];
    } catch {
      return [];
    }
  });

/** Members that the log adds to every event: the time and embedded metrics. */
const isEnvelope = (name: string, line: EventLine): boolean =>
  ['time', 'event', '_aws', 'Stack'].includes(name) || (/^[A-Z]/.test(name) && line._aws !== undefined);

const KINDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value.length <= 1000,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  client: (value) => typeof value === 'string' && /^[!-~]{1,200}$/.test(value) && !/[?#]/.test(value),
  hashed: (value) => typeof value === 'string' && /^[0-9a-f]{8}$/.test(value),
};

const fits = (kind: FieldKind, value: unknown): boolean =>
  typeof kind === 'string' ? (KINDS[kind]?.(value) ?? false) : kind.includes(value as string);

/** How a line violates the closed list of events. Empty if it conforms. */
export const eventProblems = (line: EventLine): string[] => {
  const kinds: Readonly<Record<string, FieldKind>> | undefined = (
    EVENTS as Readonly<Record<string, Readonly<Record<string, FieldKind>>>>
  )[line.event];
  if (kinds === undefined) return [`${line.event}: not in the list`];
  const known = new Map(Object.entries(kinds).map(([key, kind]) => [key.replace(/\?$/, ''), kind]));
  const strange = Object.keys(line).filter((name) => !known.has(name) && !isEnvelope(name, line));
  const missing = Object.keys(kinds).filter((key) => !key.endsWith('?') && line[key] === undefined);
  const wrong = [...known].filter(([name, kind]) => line[name] !== undefined && !fits(kind, line[name]));
  return [
    ...strange.map((name) => `${line.event}.${name}: not in the list`),
    ...missing.map((name) => `${line.event}.${name}: missing`),
    ...wrong.map(([name]) => `${line.event}.${name}: ${JSON.stringify(line[name])} is not ${known.get(name)}`),
  ];
};
