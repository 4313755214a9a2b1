import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import net from 'node:net';

export interface DocumentHost {
  readonly port: number;
  /** The number of connections opened so far. */
  readonly connections: () => number;
  /** `Host` of every request, in order. */
  readonly hosts: readonly (string | undefined)[];
  readonly close: () => Promise<void>;
}

/** A server on 127.0.0.1 that counts what reaches it; with `tls` it speaks TLS. */
export const startDocumentHost = async (
  listener: RequestListener,
  tls?: { readonly key: string; readonly cert: string },
): Promise<DocumentHost> => {
  const hosts: (string | undefined)[] = [];
  const counted: RequestListener = (request, response) => {
    hosts.push(request.headers.host);
    listener(request, response);
  };
  const server = tls ? createTlsServer(tls, counted) : createServer(counted);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const port = await listen(server);
  return {
    port,
    connections: () => connections,
    hosts,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

/** A server that writes these bytes to every connection, and nothing else. */
export const startRawHost = async (bytes: string): Promise<{ port: number; close: () => Promise<void> }> => {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(bytes));
  });
  const port = await listen(server);
  return {
    port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

const listen = async (server: net.Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as net.AddressInfo).port;
};
