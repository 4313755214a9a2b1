import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { REDIRECT_URI } from '../http/oauth-requests.ts';
import type { RawAnswer } from '../http/raw-request.ts';
import { rounds } from '../long-form.ts';
import { type KnownValues, secretsOf } from '../memory/known-values.ts';
import { authorize, callback, connections, consent } from './page-requests.ts';
import { clientConfiguration, mcp, register, token, tokenForms, userinfo } from './program-requests.ts';
import {
  JSON_TYPE,
  METHODS,
  mostly,
  path,
  poolOf,
  type RandomRequest,
  type RandomRequests,
  requests,
  sendRandomRequest,
} from './request.ts';
import { hostileText, type Pair } from './values.ts';

const documents =
  (...paths: string[]) =>
  (): RandomRequests =>
    requests({ methods: ['GET', 'HEAD'], path: path(...paths), pool: [] });

/** Unknown targets, built from the segments of known ones. */
const anywhere = (known: KnownValues): RandomRequests => {
  const segment = fc.oneof(
    fc.constantFrom(
      '.well-known',
      'token',
      'mcp',
      'authorize',
      'register',
      'callback',
      'prod',
      '',
      '.',
      '..',
      '%2e%2e',
      '%2f',
    ),
    fc.webSegment(),
    hostileText.map((text) => encodeURIComponent(text.toWellFormed())),
  );
  const target = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`.slice(0, 9000));
  return requests({
    methods: METHODS,
    path: target,
    headers: mostly<Pair[]>([], [JSON_TYPE]),
    body: hostileText,
    pool: poolOf(known),
  });
};

/** Every endpoint, with a generator of its requests. */
export const RANDOM_REQUESTS: Readonly<Record<string, (known: KnownValues) => RandomRequests>> = {
  metadata: documents(
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/mcp',
  ),
  jwks: documents('/.well-known/jwks.json'),
  welcome: () => requests({ methods: ['GET'], path: path('/'), pool: [] }),
  register,
  'register/{client_id}': clientConfiguration,
  authorize,
  consent,
  callback,
  connections,
  token,
  revoke: tokenForms('/revoke'),
  introspect: tokenForms('/introspect'),
  userinfo,
  health: () => requests({ methods: ['GET'], path: path('/health'), pool: [] }),
  mcp,
  'any other path': anywhere,
};

/** Each request that is answered at the same time needs an environment of its own. */
const AT_ONCE = rounds(2, 10);
const THROTTLE_PAUSE_MS = 200;

/**
 * Sends `count` random requests to one endpoint of a running cloud.
 *
 * @throws Error with every request of a batch that got a forbidden response
 */
export const assertNoFaults = (
  known: KnownValues,
  endpoint: string,
  options: { readonly requests: number; readonly seed?: number },
): Promise<void> => {
  const arbitrary = RANDOM_REQUESTS[endpoint]?.(known);
  if (arbitrary === undefined) throw new Error(`no random requests are known for "${endpoint}"`);
  const secrets = secretsOf(known);
  const batches = fc.array(arbitrary, { minLength: AT_ONCE, maxLength: AT_ONCE });
  return fc.assert(
    fc.asyncProperty(batches, async (batch) => {
      const answers = await Promise.all(batch.map((request) => answerTo(known.cloud.origin, request)));
      const problems = answers.flatMap((answer, index) =>
        problemsOf(answer, known, secrets).map((problem) => `${problem}, after ${JSON.stringify(batch[index])}`),
      );
      if (problems.length > 0) throw new Error(problems.join('\n'));
    }),
    // The message names the failing request, so no shrinking is needed.
    {
      numRuns: Math.ceil(options.requests / AT_ONCE),
      endOnFailure: true,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    },
  );
};

/** Repeats a request that the gateway throttled. The limit of a function is a response like any other. */
const answerTo = async (origin: string, request: RandomRequest): Promise<RawAnswer> => {
  for (;;) {
    const answer = await sendRandomRequest(origin, request);
    if (answer === undefined) throw new Error(`no answer to ${JSON.stringify(request)}`);
    if (answer.status !== 429 || !answer.body.includes('temporarily_unavailable')) return answer;
    await delay(THROTTLE_PAUSE_MS);
  }
};

/** What no response to any request may be. */
const problemsOf = (
  { status, headers, body }: RawAnswer,
  { cloud }: KnownValues,
  secrets: readonly string[],
): string[] => {
  const location = String(headers.location ?? '');
  const homes = [`${REDIRECT_URI}?`, `${cloud.origin}/`, `http://localhost:${cloud.port + 1}/`];
  const isError = status >= 400;
  const checks: [problem: string, isThere: boolean][] = [
    [`status ${status}`, status >= 500],
    [`#16 sent to ${location}`, location !== '' && !homes.some((home) => location.startsWith(home))],
    ['#26 a header was injected', 'x-injected' in headers || String(headers['set-cookie']).includes('injected=')],
    ['#64 credentials may be used', 'access-control-allow-credentials' in headers],
    [
      '#65 it speaks of our insides',
      isError && /\bat .*\.(ts|mjs|js):|arn:aws|ValidationException|ZodError/.test(body),
    ],
    ['#170 a secret comes back', isError && secrets.some((secret) => body.includes(secret))],
  ];
  return checks.filter(([, isThere]) => isThere).map(([problem]) => problem);
};
