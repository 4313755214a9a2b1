import type { Log } from '../ports.ts';

/** Longest text in a field: enough for any reason, too little to fill a log with somebody else's input. */
const MAX_FIELD_LENGTH = 1000;

/** One line of JSON for each event. JSON escapes line breaks and controls, so a value cannot forge a line (CWE-117). */
export const jsonLog =
  (write: (line: string) => void = (line) => process.stdout.write(line)): Log =>
  (event, fields = {}) => {
    const capped = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, MAX_FIELD_LENGTH) : value,
    ]);
    write(`${JSON.stringify({ time: new Date().toISOString(), event, ...Object.fromEntries(capped) })}\n`);
  };
