import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The addresses to which a client may resolve `localhost`. */
const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1'];
/** Longer than clients keep idle connections, so that no request meets a connection that is closing. */
const KEEP_ALIVE_MS = 65_000;

/** A port that this run needs is in use, or may not be used. */
export class PortError extends Error {
  readonly port: number;
  constructor(port: number, code: string | undefined) {
    super(
      code === 'EADDRINUSE' ? `port ${port} is in use` : `port ${port} cannot be used (${code ?? 'unknown reason'})`,
    );
    this.name = 'PortError';
    this.port = port;
  }
}

export interface Listening {
  readonly port: number;
  /** Closes at once: open connections are dropped. */
  readonly close: () => Promise<void>;
}

/**
 * Serves http on one port of every loopback address there is.
 *
 * @param port 0 chooses any free port
 * @throws PortError
 */
export const listenOnLocalhost = async (
  listener: RequestListener,
  port: number,
  options: ServerOptions = {},
): Promise<Listening> => {
  const servers: Server[] = [];
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };
  let chosen = port;
  for (const host of LOOPBACK_ADDRESSES) {
    const server = createServer({ ...options, keepAliveTimeout: KEEP_ALIVE_MS }, listener);
    // Without a limit, because Node would silently drop the headers beyond it.
    server.maxHeadersCount = 0;
    try {
      chosen = await listen(server, chosen, host);
      servers.push(server);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // This machine has no IPv6.
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') continue;
      await close();
      throw new PortError(chosen, code);
    }
  }
  return { port: chosen, close };
};

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
