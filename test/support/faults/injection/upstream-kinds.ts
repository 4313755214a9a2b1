import type { RequestListener, ServerResponse } from 'node:http';
import type { Crash } from './kinds.ts';

const KINDS = ['failed', 'down', 'rubbish', 'throttled', 'slow', 'silent', 'killed-before', 'killed-after'] as const;
/** Faults of a third-party server: an identity provider, or the host of a client's document. */
export type UpstreamKind = (typeof KINDS)[number];

/** The kinds that can hit a request with the given method, in the order of the walk. */
export const upstreamKindsOf = (method: string): readonly UpstreamKind[] =>
  KINDS.filter((kind) => kind !== 'killed-after' || method === 'POST');

const SLOW_MS = 300;

/** Answers a request as a host with the given fault does. `serve` is the host without the fault. */
export const answerBadly = (
  kind: UpstreamKind,
  serve: RequestListener,
  crash: Crash,
  ...[request, response]: Parameters<RequestListener>
): void => {
  const crashCaller = () => void crash().then(() => request.socket.destroy());
  switch (kind) {
    case 'failed':
      response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error');
      return;
    case 'down':
      request.socket.destroy();
      return;
    case 'rubbish':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>We will be back</title>');
      return;
    case 'throttled':
      response.writeHead(429, { 'content-type': 'text/plain', 'retry-after': '1' }).end('Too Many Requests');
      return;
    case 'slow':
      setTimeout(() => serve(request, response), SLOW_MS);
      return;
    case 'silent':
      // No answer: the caller runs into its timeout.
      return;
    case 'killed-before':
      crashCaller();
      return;
    case 'killed-after':
      serve(request, keptBack(response, crashCaller));
      return;
  }
};

/** Suppresses a response, and calls `onEnd` instead of sending it. */
const keptBack = (response: ServerResponse, onEnd: () => void): ServerResponse => {
  response.write = () => true;
  response.end = () => {
    onEnd();
    return response;
  };
  return response;
};
