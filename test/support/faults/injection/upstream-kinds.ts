import type { RequestListener, ServerResponse } from 'node:http';
import type { Crash } from './kinds.ts';

const KINDS = ['failed', 'down', 'rubbish', 'throttled', 'slow', 'silent', 'killed-before', 'killed-after'] as const;
/** What a request to somebody else's server can meet: an identity provider, or the host of a client's document. */
export type UpstreamKind = (typeof KINDS)[number];

/** The kinds that can befall a request with that method, in the order in which they are tried. */
export const upstreamKindsOf = (method: string): readonly UpstreamKind[] =>
  KINDS.filter((kind) => kind !== 'killed-after' || method === 'POST');

const SLOW_MS = 300;

/** Answers a request as a host with that fault does; `serve` is the host without it. */
export const answerBadly = (
  kind: UpstreamKind,
  serve: RequestListener,
  crash: Crash,
  ...[request, response]: Parameters<RequestListener>
): void => {
  const crashAsker = () => void crash().then(() => request.socket.destroy());
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
      // Until the caller has had enough.
      return;
    case 'killed-before':
      crashAsker();
      return;
    case 'killed-after':
      serve(request, keptBack(response, crashAsker));
      return;
  }
};

/** An answer of which nothing leaves; `onEnd` is called in place of that. */
const keptBack = (response: ServerResponse, onEnd: () => void): ServerResponse => {
  response.write = () => true;
  response.end = () => {
    onEnd();
    return response;
  };
  return response;
};
