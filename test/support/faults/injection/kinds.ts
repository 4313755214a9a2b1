import { AwsError } from '../../../../tools/local/cloud/services/aws-error.ts';
import { type CallNotice, NoAnswer } from '../../../../tools/local/cloud/services/aws-json-server.ts';

/** Ends whatever a function is at work on, or every function where nobody knows which one called. */
export type Crash = (functionLogicalId?: string) => Promise<void>;

/** How a fault shows to whoever called, apart from what only some services do. */
type Do = (call: CallNotice, execute: () => Promise<object>, crash: Crash) => Promise<object>;

/** Long enough to be noticed, and within every limit of time that a function sets. */
const SLOW_MS = 300;
/** Longer than any function lives. */
const FOR_EVER_MS = 60_000;

const THROTTLES: Readonly<Record<CallNotice['service'], readonly [string, number]>> = {
  dynamodb: ['com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', 400],
  kms: ['ThrottlingException', 400],
  secretsmanager: ['ThrottlingException', 400],
  lambda: ['TooManyRequestsException', 429],
};
const FAILURES: Readonly<Record<CallNotice['service'], string>> = {
  dynamodb: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
  kms: 'KMSInternalException',
  secretsmanager: 'InternalServiceError',
  lambda: 'ServiceException',
};

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });

const answering = (name: string, message: string, status = 400): Do => {
  return () => Promise.reject(new AwsError(name, message, status));
};

/** What a call to an AWS service can meet. */
const KINDS = {
  /** Too many calls, under the service's own name for it. */
  throttled: ({ service }) => {
    const [name, status] = THROTTLES[service];
    return Promise.reject(new AwsError(name, 'Rate exceeded', status));
  },
  /** The service failed. */
  failed: ({ service }) => Promise.reject(new AwsError(FAILURES[service], 'Internal failure', 500)),
  /** The connection drops before anything has happened. */
  dropped: () => Promise.reject(new NoAnswer('dropped')),
  /** Carried out, and the connection drops before the answer. */
  lost: async (_, execute) => {
    await execute().catch(() => undefined);
    throw new NoAnswer('lost');
  },
  /** Nothing happens, and no answer comes. */
  silent: async () => {
    await wait(FOR_EVER_MS);
    throw new NoAnswer('silent');
  },
  /** Carried out, and no answer comes. */
  'lost-silently': async (_, execute) => {
    await execute().catch(() => undefined);
    await wait(FOR_EVER_MS);
    throw new NoAnswer('lost silently');
  },
  /** The function is killed before the call does anything. */
  'killed-before': async ({ functionLogicalId }, _, crash) => {
    await crash(functionLogicalId);
    throw new NoAnswer('killed');
  },
  /** Carried out, and the function is killed before it hears of it. */
  'killed-after': async ({ functionLogicalId }, execute, crash) => {
    await execute().catch(() => undefined);
    await crash(functionLogicalId);
    throw new NoAnswer('killed');
  },
  /** Later than usual. */
  slow: async (_, execute) => {
    await wait(SLOW_MS);
    return execute();
  },
  /** A condition that does not hold: nothing is written. */
  refused: answering(
    'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
    'The conditional request failed',
  ),
  /** A copy that knows nothing yet. */
  stale: async ({ action }) => (action === 'GetItem' ? {} : { Items: [], Count: 0, ScannedCount: 0 }),
  /** A table, key, secret or function that somebody took away. */
  absent: answering('ResourceNotFoundException', 'Requested resource not found'),
  /** A policy that somebody broke. */
  denied: answering('AccessDeniedException', 'not authorized to perform this action'),
  /** A key that somebody disabled, or that is about to be deleted. */
  disabled: answering('DisabledException', 'the key is disabled'),
} satisfies Record<string, Do>;

export type FaultKind = keyof typeof KINDS;

/** What comes of a call that meets a fault of that kind: as an `OnCall`. */
export const meet = (kind: FaultKind, ...[call, execute, crash]: Parameters<Do>): Promise<object> =>
  KINDS[kind](call, execute, crash);

const WRITES = /^(Put|Update|Delete|Create|Schedule|Tag|BatchWrite)/;

/** The kinds that can befall a call, in the order in which they are tried. */
export const kindsOf = (call: CallNotice): readonly FaultKind[] => [
  'failed',
  'throttled',
  'dropped',
  'killed-before',
  // A backend may take minutes to answer: that is no fault.
  ...(call.service === 'lambda' ? [] : (['silent'] as const)),
  ...(WRITES.test(call.action) ? (['lost', 'lost-silently', 'killed-after'] as const) : []),
  ...(call.isConditional ? (['refused'] as const) : []),
  ...(call.mayBeStale ? (['stale'] as const) : []),
  ...(call.service === 'kms' ? (['disabled'] as const) : []),
  ...(call.service === 'dynamodb' ? (['absent'] as const) : []),
  'denied',
  'slow',
];
