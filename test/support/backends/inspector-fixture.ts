import { Writable } from 'node:stream';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Backend } from '../../../lambdas/inspector/backend.ts';
import { type AnswerHead, type InspectorDeps, inspectorHandler } from '../../../lambdas/inspector/handler.ts';
import type { Timer } from '../../../lambdas/inspector/keep-alive.ts';

export const SCOPES = { mcp: {}, 'mcp:write': { implies: ['mcp'] }, admin: { implies: ['mcp:write'] } };
export const RULES = { tools: { 'delete_*': ['mcp:write'], danger_reset: ['admin'] } };

export const AUTHORIZER_CONTEXT = {
  subject: 'subject-1',
  upstreamSubject: '-',
  email: 'ada@example.com',
  name: 'Ada%20L',
  scopes: 'mcp',
  clientId: 'client-1',
  identityProvider: 'company',
};

/** A clock that the test moves. */
export class ManualTimer {
  #waiting = new Map<symbol, { callback: () => void; delayMs: number }>();

  readonly timer: Timer = (callback, delayMs) => {
    const key = Symbol();
    this.#waiting.set(key, { callback, delayMs });
    return () => this.#waiting.delete(key);
  };

  /** Fires everything that waits for exactly so long. */
  elapse(delayMs: number): void {
    for (const [key, entry] of [...this.#waiting]) {
      if (entry.delayMs !== delayMs) continue;
      this.#waiting.delete(key);
      entry.callback();
    }
  }

  get count(): number {
    return this.#waiting.size;
  }
}

/** Lambda's response stream: the head leaves with the first write. */
export class RecordedReply {
  head: AnswerHead | undefined;
  text = '';
  readonly chunks: string[] = [];
  #announced: AnswerHead | undefined;
  #listeners: (() => void)[] = [];

  readonly stream = new Writable({
    decodeStrings: false,
    write: (chunk: Buffer | string, _encoding, done) => {
      this.head ??= this.#announced;
      this.text += chunk.toString();
      this.chunks.push(chunk.toString());
      for (const listener of this.#listeners.splice(0)) listener();
      done();
    },
  });

  readonly start = (head: AnswerHead): Writable => {
    if (this.#announced) throw new Error('the answer began twice');
    this.#announced = head;
    return this.stream;
  };

  /** Resolves once the client has received a text. */
  async received(text: string): Promise<void> {
    while (!this.text.includes(text)) await new Promise<void>((resolve) => this.#listeners.push(resolve));
  }

  /** Resolves once the client has received status and headers. */
  async headReceived(): Promise<void> {
    while (this.head === undefined) await new Promise<void>((resolve) => this.#listeners.push(resolve));
  }

  get json() {
    return JSON.parse(this.text);
  }
}

/** A proxy event, as API Gateway sends it for a POST that the authorizer let through. */
export const postEvent = (
  body: unknown,
  options: {
    headers?: Record<string, string | string[]>;
    authorizer?: Record<string, string> | null;
    rest?: Partial<APIGatewayProxyEvent>;
  } = {},
): APIGatewayProxyEvent => {
  const headers = {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    ...options.headers,
  };
  const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()]));
  return {
    httpMethod: 'POST',
    path: '/mcp',
    resource: '/mcp',
    headers: Object.fromEntries(Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1)])),
    multiValueHeaders,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: {
      authorizer: options.authorizer === undefined ? AUTHORIZER_CONTEXT : options.authorizer,
      requestId: 'request-1',
    } as unknown as APIGatewayProxyEvent['requestContext'],
    ...options.rest,
  };
};

export const call = (name: string, rest: object = {}) => ({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name, arguments: {} },
  ...rest,
});

export const REMAINING_MS = 900_000;

/** An inspector with a given backend, and what it logs. */
export const inspectorWith = (backend: Backend, overrides: Partial<InspectorDeps> = {}) => {
  const time = new ManualTimer();
  const logged: { event: string; fields: Record<string, unknown> }[] = [];
  const inspect = inspectorHandler({
    rules: RULES,
    required: ['mcp'],
    definitions: SCOPES,
    resourceMetadata: 'https://door.example/.well-known/oauth-protected-resource/mcp',
    backend,
    challengesArrive: false,
    timer: time.timer,
    now: () => 0,
    random: () => 0.5,
    log: (event, fields = {}) => logged.push({ event, fields }),
    ...overrides,
  });
  const send = (event: APIGatewayProxyEvent) => {
    const reply = new RecordedReply();
    return { reply, done: inspect(event, reply, REMAINING_MS) };
  };
  return { send, time, logged };
};
