import { randomUUID } from 'node:crypto';
import {
  type Caller,
  FunctionError,
  type FunctionInvoker,
  type Invocation as Outcome,
  type StreamedInvocation,
} from '../function-invoker.ts';
import type { ResolvedTemplate } from '../resolved-template.ts';
import { LOCAL_ACCOUNT_ID } from '../resolved-template.ts';
import { matches } from '../services/iam.ts';
import { ofType } from '../services/principals.ts';
import { bufferedAnswer } from './buffered-answer.ts';
import type { FunctionDefinition } from './definition.ts';
import type { OnLog } from './execution-environment.ts';
import { EnvironmentPool } from './pool.ts';
import type { Invocation } from './protocol.ts';
import { streamAnswer } from './streamed-answer.ts';

interface Options {
  /** Needs an `AWS::Lambda::Permission`. @default a caller with every permission */
  readonly caller?: Caller;
  /** How long the caller waits. The function continues up to its own timeout. */
  readonly timeoutMs?: number;
  /** Aborted when the caller no longer waits. A buffered invocation continues, as in AWS; a stream is closed. */
  readonly signal?: AbortSignal;
}

/**
 * The template's functions, each with its own workers. Functions are identified by ARN. Failures are identified by
 * `errorType`: the function's own error (`Error`, `TypeError` …), `Sandbox.Timedout`, `Runtime.ExitError`, or Lambda's
 * refusal (`AccessDeniedException`, `ResourceNotFoundException`, `RequestTooLargeException`, `TooManyRequestsException`).
 */
export interface Functions extends FunctionInvoker {
  /** ARNs of the functions, by logical id. */
  readonly arns: ReadonlyMap<string, string>;
  invoke(functionArn: string, event: unknown, options?: Options): Promise<Outcome>;
  /**
   * Resolves when the metadata has arrived. Destroying the body, or leaving its iteration, tells the function that the
   * reader has gone.
   * @throws FunctionError, also of type `MalformedStream`
   */
  invokeStreaming(functionArn: string, event: unknown, options?: Options): Promise<StreamedInvocation>;
  /** Uses new environments from now on, as after a deployment, for every function or for one. */
  restart(logicalId?: string): void;
  /** Moves the clocks of every function or of one, for tests of lifetimes and of clock skew. */
  setClock(offsetMs: number, logicalId?: string): void;
  /** Kills the busy environments of every function, or of one. Resolves when their code no longer runs. */
  crash(logicalId?: string): Promise<void>;
  /** Starts one environment of every function, two at a time, so that no first request waits. Never rejects. */
  prewarm(): Promise<void>;
  close(): Promise<void>;
}

/** Lambda's limit for events and for buffered results. */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/** @param onLog receives every line that a function writes, and every line that Lambda writes about it */
export const startFunctions = (
  template: ResolvedTemplate,
  definitions: readonly FunctionDefinition[],
  onLog: OnLog,
): Functions => {
  const pools = new Map(
    definitions.map((definition) => [definition.arn, { definition, pool: new EnvironmentPool(definition, onLog) }]),
  );
  const warnedOfPlainAnswer = new Set<string>();

  const prepare = (functionArn: string, event: unknown, caller: Caller | undefined) => {
    const found = pools.get(functionArn);
    if (!found) throw new FunctionError('ResourceNotFoundException', `Function not found: ${functionArn}`);
    if (caller) assertPermitted(template, found.definition, caller);
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) {
      throw new FunctionError('RequestTooLargeException', `the event is larger than ${MAX_PAYLOAD_BYTES} bytes`);
    }
    return { ...found, payload };
  };

  const poolsOf = (logicalId: string | undefined): readonly EnvironmentPool[] =>
    [...pools.values()]
      .filter(({ definition }) => logicalId === undefined || logicalId === definition.logicalId)
      .map(({ pool }) => pool);

  const newInvocation = ({ arn, timeoutMs }: FunctionDefinition, event: string): Invocation => ({
    requestId: randomUUID(),
    functionArn: arn,
    event,
    deadlineMs: Date.now() + timeoutMs,
  });

  return {
    arns: new Map(definitions.map(({ logicalId, arn }) => [logicalId, arn])),
    invoke: async (functionArn, event, { timeoutMs, caller } = {}) => {
      const run = async (): Promise<Outcome> => {
        const { definition, pool, payload } = prepare(functionArn, event, caller);
        const environment = await pool.acquire({ streaming: false });
        const done = () => pool.release(environment);
        const answer = await bufferedAnswer(environment, newInvocation(definition, payload), done);
        if (Buffer.byteLength(answer) > MAX_PAYLOAD_BYTES) {
          throw new FunctionError(
            'Function.ResponseSizeTooLarge',
            `the answer is larger than ${MAX_PAYLOAD_BYTES} bytes`,
          );
        }
        return { ok: true, result: JSON.parse(answer) };
      };
      const outcome = run().catch((error: unknown): Outcome => {
        if (error instanceof FunctionError)
          return { ok: false, errorType: error.errorType, errorMessage: error.message };
        throw error;
      });
      return timeoutMs === undefined ? outcome : within(timeoutMs, outcome);
    },
    invokeStreaming: async (functionArn, event, { signal, caller } = {}) => {
      const { definition, pool, payload } = prepare(functionArn, event, caller);
      const environment = await pool.acquire({ streaming: true });
      const done = () => pool.release(environment);
      if (signal?.aborted) {
        done();
        throw new FunctionError('Caller.Gone', 'the client has gone');
      }
      const answer = await streamAnswer(environment, newInvocation(definition, payload), signal, done);
      if (answer.plain && !warnedOfPlainAnswer.has(functionArn)) {
        warnedOfPlainAnswer.add(functionArn);
        onLog({ functionLogicalId: definition.logicalId, source: 'platform', text: PLAIN_ANSWER_WARNING });
      }
      return answer;
    },
    restart: (logicalId) => {
      for (const pool of poolsOf(logicalId)) pool.restart();
    },
    setClock: (offsetMs, logicalId) => {
      for (const pool of poolsOf(logicalId)) pool.setClock(offsetMs);
    },
    crash: async (logicalId) => {
      await Promise.all(poolsOf(logicalId).map((pool) => pool.crash()));
    },
    prewarm: async () => {
      const cold = [...pools.values()];
      const warm = async () => {
        for (let next = cold.shift(); next; next = cold.shift()) {
          const { pool } = next;
          await pool.acquire({ streaming: false }).then(
            (environment) => pool.release(environment),
            () => {},
          );
        }
      };
      await Promise.all([warm(), warm()]);
    },
    close: async () => {
      await Promise.all([...pools.values()].map(({ pool }) => pool.close()));
    },
  };
};

const PLAIN_ANSWER_WARNING =
  'a plain function answers behind a streaming integration: passed on here, but API Gateway documents that it wants ' +
  'metadata and eight NUL bytes first; use awslambda.streamifyResponse';

/** @throws FunctionError AccessDeniedException unless an `AWS::Lambda::Permission` allows the caller to invoke the function */
const assertPermitted = (template: ResolvedTemplate, { arn, name, logicalId }: FunctionDefinition, caller: Caller) => {
  const permitted = ofType(template, 'AWS::Lambda::Permission').some(({ properties }) => {
    const { FunctionName, Principal, Action, SourceArn, SourceAccount = LOCAL_ACCOUNT_ID } = properties;
    return (
      (FunctionName === arn || FunctionName === name) &&
      Principal === caller.principal &&
      (Action === 'lambda:InvokeFunction' || Action === 'lambda:*') &&
      SourceAccount === LOCAL_ACCOUNT_ID &&
      (SourceArn === undefined || matches(String(SourceArn), caller.sourceArn))
    );
  });
  if (!permitted) {
    const message = `${logicalId}: no AWS::Lambda::Permission lets ${caller.principal} invoke it for ${caller.sourceArn}`;
    throw new FunctionError('AccessDeniedException', message);
  }
};

const within = async (timeoutMs: number, outcome: Promise<Outcome>): Promise<Outcome> => {
  let timer: NodeJS.Timeout | undefined;
  const waitedLongEnough = new Promise<Outcome>((resolve) => {
    const errorMessage = `no answer within ${timeoutMs} ms`;
    timer = setTimeout(() => resolve({ ok: false, errorType: 'Caller.Timeout', errorMessage }), timeoutMs);
  });
  try {
    return await Promise.race([outcome, waitedLongEnough]);
  } finally {
    clearTimeout(timer);
  }
};
