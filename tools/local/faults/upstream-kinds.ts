import type { RequestListener } from 'node:http';

/** What a request to somebody else's server can meet: an identity provider, or the host of a client's document. */
export const UPSTREAM_KINDS = ['failed', 'down', 'rubbish', 'throttled', 'slow', 'silent'] as const;
export type UpstreamKind = (typeof UPSTREAM_KINDS)[number];

const SLOW_MS = 300;

/** Answers a request as a host with that fault does; `serve` is the host without it. */
export const answerBadly = (
  kind: UpstreamKind,
  serve: RequestListener,
  ...[request, response]: Parameters<RequestListener>
): void => {
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
  }
};
