import { DEFAULT_TIME_LIMIT_FACTOR } from '../cloud/cloud-run.ts';
import type { Fault } from './injection/faults.ts';
import type { WalkGround } from './walk-ground.ts';

/** API Gateway's own limit: no client gets an answer after that. */
const LONGEST_ANSWER_MS = 29_000;
/** Headers that a client needs when API Gateway answers: when to retry, and permission to read the response. */
const GATEWAY_HEADERS = ['retry-after', 'access-control-allow-origin'];

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
}

interface SendOptions<A> {
  /** Whether this is the expected answer. @default a status below 400 */
  readonly isGood?: (answer: A) => boolean;
  /** How long the answer may take in AWS; by default as long as API Gateway waits. */
  readonly longestMs?: number;
  /** What the client does after 503. @default sends the same request again */
  readonly again?: (answer: A) => Promise<A>;
}

/** How a fault may appear to the client. */
export interface Expectation {
  /** The SDK's retry heals the fault, so that the client does not notice it. */
  readonly isHealed?: boolean;
  /** A 4xx is allowed: another request was first, or the client's own host failed. */
  readonly mayRefuse?: boolean;
  /** The function was killed before or after the call was executed, so API Gateway answers. */
  readonly killed?: 'before' | 'after';
  /** The MCP server behind the gateway failed, so 502 and 504 are correct. */
  readonly isOfBackend?: boolean;
}

/** Sends the requests of a flow while a fault is armed. Checks every answer, and retries failures without the fault. */
export class Stage {
  readonly cloud: WalkGround;
  readonly expectation: Expectation;
  #isOver = false;
  /** Number of answers that were not the expected ones. */
  badAnswers = 0;

  constructor(cloud: WalkGround, expectation: Expectation) {
    this.cloud = cloud;
    this.expectation = expectation;
  }

  /**
   * Sends a request. The answer must be the expected one or a 503. After a 503 the fault is disarmed and the request is
   * sent again. It must then succeed, which shows that nothing was lost.
   * @returns the expected answer
   */
  async send<A extends Answer>(send: () => Promise<A>, options: SendOptions<A> = {}): Promise<A> {
    const { isGood = ({ status }) => status < 400, again = send, longestMs = LONGEST_ANSWER_MS } = options;
    const first = await timed(send, longestMs);
    if (isGood(first)) return first;
    this.badAnswers += 1;
    if (this.#isOver) throw new Error(`without any fault: ${describe(first)}`);
    this.#assertHonest(first);
    this.#isOver = true;
    await this.cloud.disarm();
    const second = await timed(() => again(first), longestMs);
    if (!isGood(second)) throw new Error(`after ${first.status}, and without the fault: ${describe(second)}`);
    return second;
  }

  #assertHonest(answer: Answer): void {
    const { isHealed, mayRefuse, killed, isOfBackend } = this.expectation;
    if (isHealed) throw new Error(`one attempt failed, and the answer was: ${describe(answer)}`);
    if (mayRefuse && answer.status >= 400 && answer.status < 500) return;
    if (isOfBackend && (answer.status === 502 || answer.status === 504)) return;
    const isOfGateway = killed !== undefined && answer.status === 502;
    if (answer.status !== 503 && !isOfGateway)
      throw new Error(`neither the expected answer nor 503: ${describe(answer)}`);
    for (const name of isOfGateway ? GATEWAY_HEADERS : ['retry-after']) {
      if (!answer.headers.has(name)) throw new Error(`${answer.status} without ${name}: ${describe(answer)}`);
    }
  }
}

const timed = async <A>(send: () => Promise<A>, longestMs: number): Promise<A> => {
  const startedAt = performance.now();
  const answer = await send();
  const tookMs = performance.now() - startedAt;
  if (tookMs > longestMs * DEFAULT_TIME_LIMIT_FACTOR) throw new Error(`an answer after ${Math.round(tookMs)} ms`);
  return answer;
};

const describe = (answer: Answer): string => {
  const { status, headers, ...rest } = answer as Answer & { html?: string; url?: URL };
  const title = /<title>([^<]*)/.exec(rest.html ?? '')?.[1];
  return `${status} ${title === undefined ? JSON.stringify(rest).slice(0, 300) : `${rest.url?.pathname} “${title}”`}`;
};

/** The expectation for answers under a fault of the given kind. */
export const expectationOf = ({ kind, attempts, resource, service }: Fault): Expectation => ({
  isOfBackend: service === 'lambda',
  isHealed: attempts === 'first' || kind === 'slow',
  // The client's own host is not part of the deployment, so its failure may be answered with a 4xx.
  mayRefuse: kind === 'refused' || resource?.endsWith('.json') === true,
  ...(kind === 'killed-before' ? { killed: 'before' } : {}),
  ...(kind === 'killed-after' ? { killed: 'after' } : {}),
});
