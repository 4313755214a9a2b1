import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '../runtime/ports/index.ts';
import { BackendError } from './backend.ts';

/**
 * Sends one request exactly once. Aborting the signal ends it at any time.
 *
 * @throws BackendError if no response starts
 */
export type Exchange = (
  url: URL,
  request: {
    method: string;
    /** Path and query as they are sent. @default those of the URL */
    path?: string;
    headers: Readonly<Record<string, string | string[]>>;
    /** Null if the request has no content. */
    body: string | null;
    signal: AbortSignal;
  },
) => Promise<IncomingMessage>;

/**
 * Servers close idle connections after five seconds or more, and a function that is frozen between requests does not
 * notice. A tool call must not be sent twice, so a connection that was idle for longer than this is not reused.
 */
const MAX_IDLE_SECONDS = 3;

/**
 * Sends requests with node:http. `fetch` would add headers, decompress responses, follow redirects, and give up on a
 * stream after five minutes of silence.
 */
export const newExchange = (now: Clock): Exchange => {
  let agents = newAgents();
  let usedAt = now();
  const touch = () => {
    usedAt = now();
  };
  return async (url, { method, path, headers, body, signal }) => {
    if (now() - usedAt > MAX_IDLE_SECONDS) agents = newAgents();
    const [send, agent] = url.protocol === 'https:' ? [httpsRequest, agents.https] : [httpRequest, agents.http];
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      send(url, {
        ...(path === undefined ? {} : { path }),
        method,
        headers: body === null ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        agent,
        signal,
      })
        .once('response', resolve)
        .on('error', (error) => reject(new BackendError(502, 'the MCP server cannot be reached', error)))
        .end(body);
    });
    touch();
    answer.once('end', touch);
    return answer;
  };
};

const newAgents = () => ({ http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) });
