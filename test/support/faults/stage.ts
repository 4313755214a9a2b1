import { DEFAULT_TIME_LIMIT_FACTOR } from '../cloud/cloud-run.ts';
import type { Fault } from './injection/faults.ts';
import type { WalkGround } from './walk-ground.ts';

/** API Gateway's own limit: nobody gets an answer after that. */
const LONGEST_ANSWER_MS = 29_000;
/** What a client needs of an answer that no function gave: when to come back, and to be able to read it. */
const GATEWAY_HEADERS = ['retry-after', 'access-control-allow-origin'];

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
}

interface SendOptions<A> {
  /** Whether the answer is the one that was wanted; a status below 400 by default. */
  readonly isGood?: (answer: A) => boolean;
  /** How long the answer may take in AWS; by default as long as API Gateway waits. */
  readonly longestMs?: number;
  /** What its sender does after 503; by default the same again. */
  readonly again?: (answer: A) => Promise<A>;
}

/** What a fault may look like to whoever asked. */
export interface Expectation {
  /** The SDK's retry heals it, so that nobody notices. */
  readonly isHealed?: boolean;
  /** It may be said that something was wrong with the request: somebody else was first, or the client's host failed. */
  readonly mayRefuse?: boolean;
  /** The function was killed before a call was carried out or after it, and API Gateway answers in its place. */
  readonly killed?: 'before' | 'after';
  /** An MCP server behind us failed: that is said as a gateway does. */
  readonly isOfBackend?: boolean;
}

/** Where a flow plays while a fault is about: every answer is looked at, and what went wrong is tried again without. */
export class Stage {
  readonly cloud: WalkGround;
  readonly expectation: Expectation;
  #isOver = false;
  /** Answers that were not the ones wanted. */
  badAnswers = 0;

  constructor(cloud: WalkGround, expectation: Expectation) {
    this.cloud = cloud;
    this.expectation = expectation;
  }

  /**
   * Sends. The answer is the good one, or an honest 503; after that the fault is taken away, and the same again must
   * work: nothing was lost.
   * @returns the good answer
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
    if (isHealed) throw new Error(`one attempt failed, and this was answered: ${describe(answer)}`);
    if (mayRefuse && answer.status >= 400 && answer.status < 500) return;
    if (isOfBackend && (answer.status === 502 || answer.status === 504)) return;
    const isOfGateway = killed !== undefined && answer.status === 502;
    if (answer.status !== 503 && !isOfGateway) throw new Error(`neither the good answer nor 503: ${describe(answer)}`);
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

/** What is expected of an answer under a fault of that kind. */
export const expectationOf = ({ kind, attempts, resource, service }: Fault): Expectation => ({
  isOfBackend: service === 'lambda',
  isHealed: attempts === 'first' || kind === 'slow',
  // A client's own host is no part of ours: that it fails is the client's fault, to be said with Retry-After at most.
  mayRefuse: kind === 'refused' || resource?.endsWith('.json') === true,
  ...(kind === 'killed-before' ? { killed: 'before' } : {}),
  ...(kind === 'killed-after' ? { killed: 'after' } : {}),
});
