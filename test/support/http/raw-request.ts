import { request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends one HTTP request exactly as given. Adds only Host, and only if it is missing. */
export const rawRequest = (
  url: string | URL,
  options: {
    readonly method?: string;
    /** Name, value, name, value. Names may repeat. */
    readonly headers?: readonly string[];
    readonly body?: string | Buffer;
    /** The request target, if it must not be normalized as a URL. */
    readonly target?: string;
  } = {},
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = [], body, target } = options;
    const { host, hostname, port, pathname, search } = new URL(url);
    const hasHost = headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
    const all = hasHost ? [...headers] : ['host', host, ...headers];
    if (body !== undefined) all.push('content-length', String(Buffer.byteLength(body)));
    const outgoing = request(
      { hostname, port, method, path: target ?? `${pathname}${search}`, headers: all, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
