import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** A client's key, and the set in which it publishes the public half. */
export interface ClientKey {
  readonly jwks: { readonly keys: readonly object[] };
  /** RFC 7523 §3, as ChatGPT fills it in: the audience is the token endpoint. */
  readonly assertion: (clientId: string, tokenEndpoint: string) => Promise<string>;
}

const newClientKey = async (): Promise<ClientKey> => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const kid = `cimd-${Date.now()}`;
  return {
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' }] },
    assertion: (clientId, tokenEndpoint) =>
      new SignJWT({ jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setIssuer(clientId)
        .setSubject(clientId)
        .setAudience(tokenEndpoint)
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(privateKey),
  };
};

/** The hosts of all vendors in one: serves JSON under the paths that were published. */
export class ClientDocuments {
  readonly #documents = new Map<string, unknown>();
  readonly #server;
  readonly #host: 'localhost' | '127.0.0.1';

  /**
   * @param before stands before the server, as faults do
   * @param host a server fetches only ten unknown documents a minute from one host
   */
  constructor(
    before: (serve: RequestListener) => RequestListener = (serve) => serve,
    host: 'localhost' | '127.0.0.1' = 'localhost',
  ) {
    this.#host = host;
    this.#server = createServer(
      before((request, response) => {
        const document = this.#documents.get(request.url ?? '');
        response.writeHead(document === undefined ? 404 : 200, {
          'content-type': 'application/json',
          'cache-control': 'max-age=60',
        });
        response.end(JSON.stringify(document ?? { error: 'not_found' }));
      }),
    );
  }

  readonly #keys = new Map<string, ClientKey>();

  async start(): Promise<void> {
    this.#server.listen(0, this.#host);
    await once(this.#server, 'listening');
  }

  get origin(): string {
    return `http://${this.#host}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @param url without scheme */
  publish(url: string, document: unknown): void {
    this.#documents.set(`/${url}`, document);
  }

  /** The vendor's key, the same for all its clients, published there. */
  async keyAt(url: string): Promise<ClientKey> {
    const key = this.#keys.get(url) ?? (await newClientKey());
    this.#keys.set(url, key);
    this.publish(url, key.jwks);
    return key;
  }

  /** Where a URL without scheme is served here. */
  urlOf(url: string): string {
    return `${this.origin}/${url}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
