import type { RequestListener } from 'node:http';
import type { CallNotice, OnCall } from '../../../../tools/local/cloud/services/aws-json-server.ts';
import { type Crash, type FaultKind, meet } from './kinds.ts';
import { answerBadly, type UpstreamKind } from './upstream-kinds.ts';

/** Identifies a call: to an AWS service, or a function's request to an identity provider. */
export interface CallName {
  readonly service: CallNotice['service'] | 'upstream';
  /** Such as `GetItem` or `Sign`; for an identity provider the HTTP method. */
  readonly action: string;
  /** Table, index, secret or function; for an identity provider the path. */
  readonly resource?: string;
  readonly functionLogicalId?: string;
}

/** A fault and the calls that meet it. A missing member matches every call. */
export interface Fault extends Partial<CallName> {
  readonly kind: FaultKind | UpstreamKind;
  /** Number of the first matching call that meets the fault. @default 1 */
  readonly nth?: number;
  /** How many calls in a row meet the fault. @default 1 */
  readonly times?: number | 'always';
  /** `first`: only the first attempt of a call, so that the SDK's retry heals it. @default 'all' */
  readonly attempts?: 'first' | 'all';
}

/** A recorded call, with its number among the calls of the same name. */
export interface RecordedCall extends CallName {
  readonly nth: number;
  readonly isConditional: boolean;
  readonly mayBeStale: boolean;
}

const nameOf = ({ service, action, resource, functionLogicalId }: CallName): string =>
  [functionLogicalId ?? 'operator', service, action, resource ?? ''].join(' ');

type Call = CallName & Omit<CallNotice, 'service'>;

/** One armed fault, and the calls that it has matched so far. */
class Armed {
  readonly #fault: Fault;
  /** Whether a matching call meets the fault, by invocation id. */
  readonly #seen = new Map<string, boolean>();
  #matched = 0;
  /** The last hit without an invocation id. An equal call that follows counts as its retry. */
  #retried: string | undefined;
  hits = 0;

  constructor(fault: Fault) {
    this.#fault = fault;
  }

  /** The kind of fault that this attempt meets, or undefined. */
  meets(call: Call): Fault['kind'] | undefined {
    if (!this.#matches(call)) return undefined;
    const isHit = call.invocationId === undefined ? this.#withoutId(nameOf(call)) : this.#withId(call.invocationId);
    if (!isHit) return undefined;
    this.hits += 1;
    return this.#fault.kind;
  }

  #matches(call: Call): boolean {
    const { kind, service, action, resource, functionLogicalId } = this.#fault;
    return (
      (kind !== 'stale' || call.mayBeStale) &&
      (service === undefined || service === call.service) &&
      (action === undefined || action === call.action) &&
      (resource === undefined || resource === call.resource) &&
      (functionLogicalId === undefined || functionLogicalId === call.functionLogicalId)
    );
  }

  #withId(invocationId: string): boolean {
    const isRetried = this.#seen.get(invocationId);
    if (isRetried !== undefined) return isRetried && this.#fault.attempts !== 'first';
    const isHit = this.#next();
    this.#seen.set(invocationId, isHit);
    return isHit;
  }

  #withoutId(name: string): boolean {
    const isRetry = this.#retried === name;
    this.#retried = undefined;
    if (isRetry) return this.#fault.attempts !== 'first' && this.#remember(name);
    return this.#next() && this.#remember(name);
  }

  #remember(name: string): true {
    this.#retried = name;
    return true;
  }

  #next(): boolean {
    const { nth = 1, times = 1 } = this.#fault;
    this.#matched += 1;
    return this.#matched >= nth && (times === 'always' || this.#matched < nth + times);
  }
}

/**
 * Fault injection for tests: armed faults hit the calls that they name. Also records the calls, so that a test can walk
 * over all of them.
 */
export class Faults {
  #armed: Armed[] = [];
  #recorded: RecordedCall[] | undefined;
  #counts = new Map<string, number>();
  #invocations = new Set<string>();
  readonly #crash: Crash;

  /** @param crash kills a function, for the kinds of faults that need it */
  constructor(crash: Crash) {
    this.#crash = crash;
  }

  /** Arms these faults, replaces the earlier ones and restarts the count. */
  arm(...faults: readonly Fault[]): void {
    this.#armed = faults.map((fault) => new Armed(fault));
  }

  /** @returns the number of attempts that met a fault since it was armed */
  disarm(): number {
    const hits = this.#armed.reduce((sum, armed) => sum + armed.hits, 0);
    this.#armed = [];
    return hits;
  }

  /** Starts to record calls. */
  record(): void {
    this.#recorded = [];
    this.#counts.clear();
    this.#invocations.clear();
  }

  /**
   * Stops recording.
   *
   * @returns the functions' calls since `record`, each once, independent of the number of attempts
   */
  recorded(): readonly RecordedCall[] {
    const calls = this.#recorded ?? [];
    this.#recorded = undefined;
    return calls;
  }

  /** For `ServicesOptions.onCall`. Calls of the operator never meet a fault. */
  readonly onCall: OnCall = (call, execute) => {
    if (call.functionLogicalId === undefined) return execute();
    this.#note(call);
    const kind = this.#kindFor(call);
    return kind === undefined ? execute() : meet(kind as FaultKind, call, execute, this.#crash);
  };

  /** Wraps a server to which functions send requests, such as an identity provider. Requests of browsers pass. */
  readonly before =
    (serve: RequestListener): RequestListener =>
    (request, response) => {
      if (request.headers.accept?.includes('text/html')) return void serve(request, response);
      const { method: action = '', url = '' } = request;
      const [resource = ''] = url.split('?');
      const call = { service: 'upstream', action, resource, isConditional: false, mayBeStale: false } as const;
      this.#note(call);
      const kind = this.#kindFor(call);
      if (kind === undefined) serve(request, response);
      else answerBadly(kind as UpstreamKind, serve, this.#crash, request, response);
    };

  #kindFor(call: Call): Fault['kind'] | undefined {
    for (const armed of this.#armed) {
      const kind = armed.meets(call);
      if (kind !== undefined) return kind;
    }
    return undefined;
  }

  #note({ invocationId, isConditional, mayBeStale, ...called }: Call): void {
    if (this.#recorded === undefined) return;
    if (invocationId !== undefined) {
      if (this.#invocations.has(invocationId)) return;
      this.#invocations.add(invocationId);
    }
    const nth = (this.#counts.get(nameOf(called)) ?? 0) + 1;
    this.#counts.set(nameOf(called), nth);
    this.#recorded.push({ ...called, nth, isConditional, mayBeStale });
  }
}
