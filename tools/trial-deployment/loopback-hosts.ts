import net from 'node:net';
import tls from 'node:tls';

// Names that exist during a trial deployment only, such as the one of the distribution. Each leads to a port of this
// machine, while TLS goes on verifying the name. Functions of the emulator load this file through NODE_OPTIONS.

/** Host name, or `*.` and a domain → port on the loopback interface. */
export type LoopbackHosts = Readonly<Record<string, number>>;

/** Holds {@link LoopbackHosts} as JSON for processes that load this file. */
export const LOOPBACK_HOSTS_VARIABLE = 'GATEHOUSE_TRIAL_HOSTS';

/** Redirects every connection that this process opens to one of the hosts. */
export const redirectConnections = (hosts: LoopbackHosts): void => {
  const portOf = (host: string): number | undefined => hosts[host] ?? hosts[`*.${host.slice(host.indexOf('.') + 1)}`];
  for (const module of [net, tls] as { connect: (...parameters: unknown[]) => unknown }[]) {
    const { connect } = module;
    module.connect = (...parameters) => {
      const [options, ...rest] = parameters as [{ readonly host?: string; readonly servername?: string }];
      const host = options?.host;
      const port = typeof host === 'string' ? portOf(host.toLowerCase()) : undefined;
      if (port === undefined) return connect(...parameters);
      return connect({ ...options, servername: options.servername ?? host, host: '127.0.0.1', port }, ...rest);
    };
  }
};

const given = process.env[LOOPBACK_HOSTS_VARIABLE];
if (given !== undefined) redirectConnections(JSON.parse(given) as LoopbackHosts);
