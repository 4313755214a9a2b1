import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EchoedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** As on the wire: name, value, name, value. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface EchoBackend {
  readonly url: string;
  readonly requests: readonly EchoedRequest[];
  readonly close: () => Promise<void>;
}

/** An HTTP backend that answers each request with what it received. */
export const startEchoBackend = async (): Promise<EchoBackend> => {
  const requests: EchoedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request;
      const echoed = { method, url, headers, rawHeaders, body: Buffer.concat(chunks).toString() };
      requests.push(echoed);
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'session-of-the-backend' });
      response.end(JSON.stringify(echoed));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/backend`,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
