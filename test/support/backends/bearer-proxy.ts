import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Forwards every request and adds an access token, for tools that cannot send one. */
export const startBearerProxy = async (target: URL, accessToken: string) => {
  const server = createServer((incoming, outgoing) => {
    const own = `localhost:${(server.address() as AddressInfo).port}`;
    const headers = {
      ...incoming.headers,
      authorization: `Bearer ${accessToken}`,
      // Replace our own Host with that of Gatehouse. Forward any other Host, so that Gatehouse refuses it.
      host: incoming.headers.host === own ? target.host : incoming.headers.host,
    };
    const onward = httpRequest(target, { method: incoming.method ?? 'POST', headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }).listen(0, 'localhost');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/mcp`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
