import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Passes every request on, as it is but for an access token that it adds: for programs that cannot send one. */
export const startBearerProxy = async (target: URL, accessToken: string) => {
  const server = createServer((incoming, outgoing) => {
    const own = `localhost:${(server.address() as AddressInfo).port}`;
    const headers = {
      ...incoming.headers,
      authorization: `Bearer ${accessToken}`,
      // Whoever asks for us asks for the door; any other name is passed on for the door to refuse.
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
