import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export const CLIENT_ID = 'our-client';
export const CLIENT_SECRET = 'our secret:%+';

type Answer = (response: ServerResponse, body: string) => void | Promise<void>;
type SigningKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

export const sendJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** An OpenID provider on this machine that does everything right until a test says otherwise. */
export class MisbehavingProvider {
  readonly requests: SeenRequest[] = [];
  /** Replaces the answer of one path. */
  readonly answers = new Map<string, Answer>();
  metadata: Record<string, unknown> = {};
  claims: Record<string, unknown> = {};
  userInfo: Record<string, unknown> = {};
  nonce = '';
  /** Laid over the answer of the token endpoint. */
  tokens: Record<string, unknown> = {};
  secret = CLIENT_SECRET;
  sign: (claims: JWTPayload) => Promise<string>;
  private readonly server: Server;
  private readonly publicKey: JWK;

  private constructor(key: SigningKey, publicKey: JWK) {
    this.publicKey = publicKey;
    this.sign = (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(key);
    this.server = createServer((request, response) => {
      this.handle(request, response).catch((error) => response.destroy(error));
    });
  }

  static async start(): Promise<MisbehavingProvider> {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const provider = new MisbehavingProvider(privateKey, await exportJWK(publicKey));
    provider.server.listen(0, 'localhost');
    await once(provider.server, 'listening');
    provider.reset();
    return provider;
  }

  get issuer(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  reset(): void {
    this.requests.length = 0;
    this.answers.clear();
    this.metadata = {};
    this.claims = {};
    this.userInfo = { sub: 'person-1' };
    this.tokens = {};
    this.secret = CLIENT_SECRET;
  }

  seen(path: string): SeenRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** The claims of a good ID token with those of the test; undefined takes one away. */
  goodClaims(nonce: string): JWTPayload {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.issuer,
      aud: CLIENT_ID,
      sub: 'person-1',
      iat: now,
      exp: now + 300,
      nonce,
      email: 'ada@example.com',
      email_verified: true,
      name: 'Ada Lovelace',
      ...this.claims,
    };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const path = request.url ?? '';
    this.requests.push({ path, authorization: request.headers.authorization, body });
    const answer = this.answers.get(path);
    if (answer) return await answer(response, body);
    switch (path) {
      case '/.well-known/openid-configuration':
        return sendJson(response, 200, {
          issuer: this.issuer,
          authorization_endpoint: `${this.issuer}/auth`,
          token_endpoint: `${this.issuer}/token`,
          jwks_uri: `${this.issuer}/jwks`,
          userinfo_endpoint: `${this.issuer}/userinfo`,
          ...this.metadata,
        });
      case '/jwks':
        return sendJson(response, 200, {
          keys: [
            { kty: 'oct', kid: 'useless' },
            { ...this.publicKey, kid: 'k1', alg: 'RS256', use: 'sig' },
          ],
        });
      case '/token':
        return await this.token(request, response, body);
      case '/userinfo':
        return sendJson(response, 200, this.userInfo);
      default:
        return sendJson(response, 404, {});
    }
  }

  private async token(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const encoded = `${encodeURIComponent(CLIENT_ID)}:${new URLSearchParams({ s: this.secret }).toString().slice(2)}`;
    const [, basic = ''] = (request.headers.authorization ?? '').split(' ');
    const isKnown =
      decodeURIComponent(Buffer.from(basic, 'base64').toString().replaceAll('+', ' ')) ===
        decodeURIComponent(encoded.replaceAll('+', ' ')) ||
      new URLSearchParams(body).get('client_secret') === this.secret;
    if (!isKnown) {
      return sendJson(response, 401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="x"' });
    }
    const isRefresh = new URLSearchParams(body).get('grant_type') === 'refresh_token';
    const { nonce: _none, ...renewed } = this.goodClaims(this.nonce);
    const id_token = await this.sign(isRefresh ? renewed : this.goodClaims(this.nonce));
    const answer = { access_token: 'upstream-access', token_type: 'Bearer', expires_in: 60, id_token, ...this.tokens };
    // A member that a test sets to undefined is left out.
    sendJson(response, 200, answer);
  }
}
