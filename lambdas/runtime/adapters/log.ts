import { createHash } from 'node:crypto';
import { EVENTS, type FieldKind } from '../../core/events.ts';
import { METRICS_DIMENSION, METRICS_NAMESPACE, metricsOf } from '../../core/metrics.ts';
import type { Log } from '../ports/index.ts';

/** Enough for any reason, but too little for a caller to fill the log with input. */
const MAX_TEXT_CHARACTERS = 1000;
const MAX_CLIENT_ID_CHARACTERS = 200;

/** Hexadecimal digits: enough to find all lines with the same value, too few to recover the value. */
const HASH_DIGITS = 8;

/** Reasons can quote input. Text that looks like our tokens and secrets, a JWT or an e-mail address is redacted. */
const NOT_FOR_LOGS = /\bgh_[a-z]+_[\w.~-]+|\beyJ[\w-]+\.[\w.-]*|[^\s"'<>(),:;]+@[^\s"'<>(),:;]+\.[^\s"'<>(),:;]+/g;

/**
 * Writes one line of JSON for each event, in ASCII, so that no value can forge a line or control a terminal (CWE-117).
 * Only the fields that the list of events names are written. A request does not fail when the log does (#232).
 */
export const jsonLog = (write: (line: string) => void = standardOutput()): Log => measuredLog(undefined, write);

/**
 * Writes the same lines, with metrics that CloudWatch extracts from them (embedded metric format).
 *
 * @param stackName dimension of the metrics; undefined for no metrics
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
      // There is no other place to report it.
    }
  };

/** Counts one event for each metric, in the embedded metric format of CloudWatch Logs. */
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

/** A broken pipe emits an error event, which ends the process unless there is a listener. */
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

/** Without the query of a metadata document's URL, which may be private. RFC 6749 App. A.1 allows no other characters. */
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
