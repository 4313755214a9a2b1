import { createHash } from 'node:crypto';
import { EVENTS, type FieldKind } from '../../core/events.ts';
import { METRICS_DIMENSION, METRICS_NAMESPACE, metricsOf } from '../../core/metrics.ts';
import type { Log } from '../ports/index.ts';

/** Enough for any reason, too little to fill a log with somebody else's input. */
const MAX_TEXT_CHARACTERS = 1000;
const MAX_CLIENT_ID_CHARACTERS = 200;

/** Hexadecimal digits: enough to find all lines about the same thing, too few to find the thing. */
const HASH_DIGITS = 8;

/** Reasons quote what others sent. What has the form of our tokens and secrets, of a JWT or of an e-mail address is cut out. */
const NOT_FOR_LOGS = /\bgh_[a-z]+_[\w.~-]+|\beyJ[\w-]+\.[\w.-]*|[^\s"'<>(),:;]+@[^\s"'<>(),:;]+\.[^\s"'<>(),:;]+/g;

/**
 * One line of JSON for each event, in ASCII, so that no value can forge a line or move a cursor (CWE-117). Only fields
 * that the event has by the list are written. A log that cannot be written fails no request (catalogue #232).
 */
export const jsonLog = (write: (line: string) => void = standardOutput()): Log => measuredLog(undefined, write);

/**
 * The same for functions that count: CloudWatch makes metrics out of the lines that say so (embedded metric format).
 *
 * @param stackName the metrics' dimension; undefined: nothing is counted
 */
export const measuredLog =
  (stackName: string | undefined, write: (line: string) => void = standardOutput()): Log =>
  (event, fields) => {
    try {
      const now = new Date();
      const line = { time: now.toISOString(), event, ...written(EVENTS[event], fields) };
      const counted = stackName === undefined ? [] : metricsOf(event, fields);
      const metrics = stackName === undefined || counted.length === 0 ? {} : embeddedMetrics(stackName, counted, now);
      write(`${asciiJson({ ...line, ...metrics })}\n`);
    } catch {
      // There is nowhere to say so.
    }
  };

/** One more of each, by the embedded metric format of CloudWatch Logs. */
const embeddedMetrics = (stackName: string, names: readonly string[], now: Date) => ({
  _aws: {
    Timestamp: now.getTime(),
    CloudWatchMetrics: [
      {
        Namespace: METRICS_NAMESPACE,
        Dimensions: [[METRICS_DIMENSION]],
        Metrics: names.map((name) => ({ Name: name, Unit: 'Count' })),
      },
    ],
  },
  [METRICS_DIMENSION]: stackName,
  ...Object.fromEntries(names.map((name) => [name, 1])),
});

/** A pipe that breaks says so by an event, which would end the process where nobody listens. */
const standardOutput = (): ((line: string) => void) => {
  process.stdout.on('error', () => undefined);
  return (line) => void process.stdout.write(line);
};

const written = (kinds: Readonly<Record<string, FieldKind>>, fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(kinds).map(([key, kind]) => {
      const name = key.replace(/\?$/, '');
      const value = fields[name];
      return [name, typeof value === 'string' ? writtenText(kind, value) : value];
    }),
  );

const writtenText = (kind: FieldKind, value: string): string => {
  if (kind === 'hashed') return createHash('sha256').update(value).digest('hex').slice(0, HASH_DIGITS);
  if (kind === 'client') return writtenClientId(value);
  return value.slice(0, MAX_TEXT_CHARACTERS).replaceAll(NOT_FOR_LOGS, '[redacted]');
};

/** Without the query of a metadata document's URL, which is its publisher's business; RFC 6749 App. A.1 has no other characters. */
const writtenClientId = (clientId: string): string =>
  clientId
    .replace(/[?#].*$/s, '')
    .replaceAll(/[^!-~]/g, '?')
    .slice(0, MAX_CLIENT_ID_CHARACTERS);

const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
