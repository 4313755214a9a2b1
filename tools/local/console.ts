import type { RequestNotice } from './cloud/edge-server.ts';
import type { FunctionLog } from './cloud/lambda/execution-environment.ts';
import type { CallNotice } from './cloud/services/aws-json-server.ts';
import { isRecord } from './cloud/template/shape.ts';
import { redact } from './redact.ts';

type Print = (line: string) => void;

/** Members of a function's log line that the console shows, in this order. */
const SHOWN_MEMBERS = [
  'reason',
  'rule',
  'copy',
  'error',
  'detail',
  'document',
  'grantType',
  'identityProvider',
  'idp',
  'kid',
];
/** Events that add nothing to the line of the request. */
const UNREMARKABLE = new Set(['request_refused', 'consent_shown']);
const MAX_LOG_CHARACTERS = 600;

/** Prints each step of the start, with the seconds since the process started. */
export const stepPrinter =
  (print: Print) =>
  (text: string): void =>
    print(`  ${(performance.now() / 1000).toFixed(1)} s  ${text}`);

/** `12:34:56 POST /token 400 12 ms invalid_grant` */
export const printRequest = (print: Print, { method, path, status, durationMs, outcome }: RequestNotice): void =>
  print(
    [timeOfDay(), method.padEnd(4), printable(path), status ?? '---', `${Math.round(durationMs)} ms`, outcome]
      .filter((part) => part !== undefined)
      .map((part) => redact(printable(String(part))))
      .join(' '),
  );

/** Prints a log line of a function, indented above the line of its request. */
export const printFunctionLog = (print: Print, { functionLogicalId, source, text }: FunctionLog): void => {
  const line = parse(text);
  const event = line?.event ?? line?.message;
  if (source === 'function' && line && typeof event === 'string') {
    if (UNREMARKABLE.has(event) && !line.detail) return;
    const members = SHOWN_MEMBERS.filter((name) => ['string', 'number'].includes(typeof line[name]));
    print(redact(`           ${event}${members.map((name) => ` ${name}=${printable(String(line[name]))}`).join('')}`));
    return;
  }
  // The authorizer answers 401 in this way, and the line of the request shows it.
  if (source === 'platform' && /\bError: Unauthorized\b/.test(text)) return;
  const shown = redact(text.trim()).slice(0, MAX_LOG_CHARACTERS);
  if (shown) print(`           ${functionLogicalId}: ${shown.replaceAll('\n', '\n             ')}`);
};

/** Prints a line of JSON, for tests that count round trips. */
export const traceCall = (print: Print, { service, action, functionLogicalId }: CallNotice): void =>
  print(JSON.stringify({ call: { service, action, functionLogicalId } }));
export const traceRequest = (print: Print, { method, path, status }: RequestNotice): void =>
  print(JSON.stringify({ request: { method, path: printable(path), status } }));

const timeOfDay = (): string => new Date().toTimeString().slice(0, 8);

/** Replaces control characters, so that a caller cannot move the cursor or start a new line. */
const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?');

const parse = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
};
