import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { closeServer, listenOnLoopback } from '../../../tools/local/cloud/services/aws-json-server.ts';

export interface FunctionToRun {
  readonly arn: string;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** What a function sent to the Lambda runtime API. */
export interface Sent {
  /** `init` if the function could not be loaded. */
  readonly kind: 'response' | 'error' | 'init';
  readonly body: string;
  readonly isStreamed: boolean;
  /** The error of a streaming function, which it sends behind its body. */
  readonly trailers: NodeJS.Dict<string>;
}

const ROOT = '/2018-06-01/runtime';

/**
 * Runs a function once on the runtime interface client, behind a Lambda runtime API on loopback (developer guide, "Using
 * the Lambda runtime API for custom runtimes").
 *
 * @param runtimeClient URL of the client's module
 * @throws Error if the environment ends before the function has answered
 */
export const invokeOnce = async (runtimeClient: string, fn: FunctionToRun, event: unknown): Promise<Sent> => {
  const sent = Promise.withResolvers<Sent>();
  let isInvoked = false;
  const server = createServer((request, response) => {
    if (request.url === `${ROOT}/invocation/next`) {
      // A second request for an invocation stays open, as in an environment that waits.
      if (isInvoked) return;
      isInvoked = true;
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': 'request-1',
        'Lambda-Runtime-Deadline-Ms': String(Date.now() + fn.timeoutMs),
        'Lambda-Runtime-Invoked-Function-Arn': fn.arn,
      });
      response.end(JSON.stringify(event));
      return;
    }
    void read(request).then((result) => {
      response.writeHead(202).end('{"status":"OK"}');
      sent.resolve(result);
    }, sent.reject);
  });
  const { host } = new URL(await listenOnLoopback(server));
  const worker = new Worker(new URL('./environment.ts', import.meta.url), {
    workerData: { runtimeClient },
    env: {
      ...fn.environment,
      AWS_LAMBDA_RUNTIME_API: host,
      AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
    },
    stdout: true,
    stderr: true,
  });
  const output = Promise.all([text(worker.stdout), text(worker.stderr)]);
  worker.once('error', sent.reject);
  worker.once('exit', () => void output.then((lines) => sent.reject(new Error(`it ended: ${lines.join('')}`))));
  try {
    return await sent.promise;
  } finally {
    await worker.terminate();
    await closeServer(server);
  }
};

const read = async (request: IncomingMessage): Promise<Sent> => ({
  kind: request.url === `${ROOT}/init/error` ? 'init' : request.url?.endsWith('/error') ? 'error' : 'response',
  body: await text(request),
  trailers: request.trailers,
  isStreamed: request.headers['lambda-runtime-function-response-mode'] === 'streaming',
});
