import { AwsError } from '../../../../tools/local/cloud/services/aws-error.ts';
import { type CallNotice, NoAnswer } from '../../../../tools/local/cloud/services/aws-json-server.ts';

/** Kills a function's busy environments, or those of every function when the caller is unknown. */
export type Crash = (functionLogicalId?: string) => Promise<void>;

/** How a fault appears to the caller. */
type Do = (call: CallNotice, execute: () => Promise<object>, crash: Crash) => Promise<object>;

/** Long enough to be noticed, and shorter than every timeout of a function. */
const SLOW_MS = 300;
/** Longer than the timeout of any function. */
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

/** The faults of a call to an AWS service. */
const KINDS = {
  /** The service throttles the call, with its own error name. */
  throttled: ({ service }) => {
    const [name, status] = THROTTLES[service];
    return Promise.reject(new AwsError(name, 'Rate exceeded', status));
  },
  /** The service fails. */
  failed: ({ service }) => Promise.reject(new AwsError(FAILURES[service], 'Internal failure', 500)),
  /** The connection drops before the call is executed. */
  dropped: () => Promise.reject(new NoAnswer('dropped')),
  /** The call is executed, and the connection drops before the answer. */
  lost: async (_, execute) => {
    await execute().catch(() => undefined);
    throw new NoAnswer('lost');
  },
  /** The call is not executed, and no answer arrives. */
  silent: async () => {
    await wait(FOR_EVER_MS);
    throw new NoAnswer('silent');
  },
  /** The call is executed, and no answer arrives. */
  'lost-silently': async (_, execute) => {
    await execute().catch(() => undefined);
    await wait(FOR_EVER_MS);
    throw new NoAnswer('lost silently');
  },
  /** The function is killed before the call is executed. */
  'killed-before': async ({ functionLogicalId }, _, crash) => {
    await crash(functionLogicalId);
    throw new NoAnswer('killed');
  },
  /** The call is executed, and the function is killed before it gets the answer. */
  'killed-after': async ({ functionLogicalId }, execute, crash) => {
    await execute().catch(() => undefined);
    await crash(functionLogicalId);
    throw new NoAnswer('killed');
  },
  /** The answer is late. */
  slow: async (_, execute) => {
    await wait(SLOW_MS);
    return execute();
  },
  /** The condition fails, and nothing is written. */
  refused: answering(
    'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
    'The conditional request failed',
  ),
  /** The read hits a replica that does not have the row yet. */
  stale: async ({ action }) => (action === 'GetItem' ? {} : { Items: [], Count: 0, ScannedCount: 0 }),
  /** The table, key, secret or function was deleted. */
  absent: answering('ResourceNotFoundException', 'Requested resource not found'),
  /** The policy no longer allows the call. */
  denied: answering('AccessDeniedException', 'not authorized to perform this action'),
  /** The key was disabled, or is pending deletion. */
  disabled: answering('DisabledException', 'the key is disabled'),
} satisfies Record<string, Do>;

export type FaultKind = keyof typeof KINDS;

/** Lets a call meet a fault of the given kind, as an `OnCall` does. */
export const meet = (kind: FaultKind, ...[call, execute, crash]: Parameters<Do>): Promise<object> =>
  KINDS[kind](call, execute, crash);

export const WRITES = /^(Put|Update|Delete|Create|Schedule|Tag|BatchWrite)/;

/** The kinds that can hit a call, in the order of the walk. */
export const kindsOf = (call: CallNotice): readonly FaultKind[] => [
  'failed',
  'throttled',
  'dropped',
  'killed-before',
  // A backend may take minutes to answer, so silence is not a fault.
  ...(call.service === 'lambda' ? [] : (['silent'] as const)),
  ...(WRITES.test(call.action) ? (['lost', 'lost-silently', 'killed-after'] as const) : []),
  ...(call.isConditional ? (['refused'] as const) : []),
  ...(call.mayBeStale ? (['stale'] as const) : []),
  ...(call.service === 'kms' ? (['disabled'] as const) : []),
  ...(call.service === 'dynamodb' ? (['absent'] as const) : []),
  'denied',
  'slow',
];
