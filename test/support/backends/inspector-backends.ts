import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Backend } from '../../../lambdas/inspector/backend.ts';
import { newExchange } from '../../../lambdas/inspector/exchange.ts';
import type { InspectorDeps } from '../../../lambdas/inspector/handler.ts';
import { httpBackend } from '../../../lambdas/inspector/http-backend.ts';
import { inspectorWith, type postEvent } from './inspector-fixture.ts';

export const SSE = { 'Content-Type': 'text/event-stream' };

/** A backend that must not be reached. */
const unreachable: Backend = {
  send: () => {
    throw new Error('the request reached the backend');
  },
};

const closers: (() => Promise<unknown>)[] = [];
/** Closes what `startServer` has started. */
export const closeServers = async (): Promise<void> => {
  for (const close of closers.splice(0)) await close();
};

export const startServer = async (
  listener: RequestListener,
  path = '/base',
): Promise<{ url: string; backend: Backend }> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return {
    url,
    backend: httpBackend(
      url,
      newExchange(() => 0),
    ),
  };
};

export const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
};

export const refusal = async (event: ReturnType<typeof postEvent>, overrides: Partial<InspectorDeps> = {}) => {
  const { send, logged } = inspectorWith(unreachable, overrides);
  const { reply, done } = send(event);
  await done;
  expect(reply.stream.writableFinished).toBe(true);
  const { head, text } = reply;
  const body = text === '' ? undefined : JSON.parse(text);
  return { status: head?.statusCode, headers: head?.headers ?? {}, text, body, logged };
};
