import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ClientCallback {
  readonly redirectUri: string;
  /** Everything that came back so far, in order. */
  readonly received: readonly URLSearchParams[];
  readonly close: () => Promise<void>;
}

/** The listener that a native MCP client opens for its answer (RFC 8252 §7.3). */
export const startClientCallback = async (): Promise<ClientCallback> => {
  const received: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/callback') received.push(url.searchParams);
    response.writeHead(url.pathname === '/callback' ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
    response.end('<!doctype html><html lang="en"><title>Client</title><h1>Back at the client</h1></html>');
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    redirectUri: `http://localhost:${(server.address() as AddressInfo).port}/callback`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
