import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export const CLIENT_ID = 'our-client';
export const CLIENT_SECRET = 'our secret:%+';
/** Easy to recognize where it must not appear. */
export const UPSTREAM_ACCESS_TOKEN = 'upstream-access-token-canary';

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
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** The kind of provider: OpenID, GitHub, or Entra with several tenants. */
export type ProviderShape = 'oidc' | 'github' | 'entra';

export const TENANT = '11111111-1111-4111-8111-111111111111';
const MANY_TENANTS = '/organizations/v2.0';

/** A local identity provider that behaves correctly until a test changes it. */
export class MisbehavingProvider {
  readonly requests: SeenRequest[] = [];
  readonly shape: ProviderShape;
  /** Replaces the response of one path. */
  readonly answers = new Map<string, Answer>();
  metadata: Record<string, unknown> = {};
  claims: Record<string, unknown> = {};
  userInfo: Record<string, unknown> = {};
  /** Parameters of the callback; undefined removes one. */
  callback: Record<string, string | undefined> = {};
  /** The responses of GitHub's API about the user, by path. */
  github: Record<string, unknown> = {};
  /** The nonce of the latest login. */
  nonce = '';
  /** Members merged over the response of the token endpoint. */
  tokens: Record<string, unknown> = {};
  secret = CLIENT_SECRET;
  /** Whether it decodes Basic credentials, as RFC 6749 §2.3.1 demands. */
  decodesBasic = true;
  sign: (claims: JWTPayload) => Promise<string>;
  private readonly nonces = new Map<string, string>();
  private readonly server: Server;
  private readonly publicKey: JWK;

  private constructor(shape: ProviderShape, key: SigningKey, publicKey: JWK) {
    this.shape = shape;
    this.publicKey = publicKey;
    this.sign = (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(key);
    this.server = createServer((request, response) => {
      this.handle(request, response).catch((error) => response.destroy(error));
    });
  }

  static async start(shape: ProviderShape = 'oidc'): Promise<MisbehavingProvider> {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const provider = new MisbehavingProvider(shape, privateKey, await exportJWK(publicKey));
    provider.server.listen(0, 'localhost');
    await once(provider.server, 'listening');
    provider.reset();
    return provider;
  }

  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** The configuration of Gatehouse for this provider. */
  get issuer(): string {
    return this.shape === 'entra' ? `${this.origin}${MANY_TENANTS}` : this.origin;
  }

  reset(): void {
    this.requests.length = 0;
    this.answers.clear();
    this.metadata = {};
    this.claims = {};
    this.userInfo = { sub: 'person-1' };
    this.tokens = {};
    this.callback = {};
    this.github = {
      '/user': { id: 42, login: 'ada', name: 'Ada', email: 'profile@example.com' },
      '/user/emails': [{ email: 'ada@example.com', primary: true, verified: true }],
    };
    this.secret = CLIENT_SECRET;
    this.decodesBasic = true;
  }

  seen(path: string): SeenRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** The claims of a valid ID token with the changes of the test. undefined removes a claim. */
  goodClaims(nonce: string): JWTPayload {
    const now = Math.floor(Date.now() / 1000);
    const tenant = { iss: `${this.origin}/${TENANT}/v2.0`, tid: TENANT, email_verified: undefined };
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
      ...(this.shape === 'entra' ? tenant : {}),
      ...this.claims,
    };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', this.origin);
    this.requests.push({ path, query, authorization: request.headers.authorization, body });
    const answer = this.answers.get(path);
    if (answer) return await answer(response, body);
    if (path.startsWith('/api/v3/')) {
      const resource = this.github[path.slice('/api/v3'.length)];
      return sendJson(response, resource === undefined ? 404 : 200, resource ?? { message: 'Not Found' });
    }
    switch (path) {
      case '/.well-known/openid-configuration':
      case `${MANY_TENANTS}/.well-known/openid-configuration`:
        return sendJson(response, 200, {
          issuer: this.shape === 'entra' ? `${this.origin}/{tenantid}/v2.0` : this.issuer,
          authorization_endpoint: `${this.origin}/auth`,
          token_endpoint: `${this.origin}/token`,
          jwks_uri: `${this.origin}/jwks`,
          userinfo_endpoint: `${this.origin}/userinfo`,
          ...this.metadata,
        });
      case '/jwks':
        return sendJson(response, 200, {
          keys: [
            { kty: 'oct', kid: 'useless' },
            { ...this.publicKey, kid: 'k1', alg: 'RS256', use: 'sig' },
          ],
        });
      case '/auth':
      case '/login/oauth/authorize':
        return this.sendBack(query, response);
      case '/token':
      case '/login/oauth/access_token':
        return await this.token(request, response, body);
      case '/userinfo':
        return sendJson(response, 200, this.userInfo);
      default:
        return sendJson(response, 404, {});
    }
  }

  /** Every user is already logged in, and is redirected back at once. */
  private sendBack(query: URLSearchParams, response: ServerResponse): void {
    this.nonce = query.get('nonce') ?? '';
    const code = randomUUID();
    this.nonces.set(code, this.nonce);
    const back = new URL(query.get('redirect_uri') ?? '');
    const parameters = { code, state: query.get('state') ?? '', ...this.callback };
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) back.searchParams.set(name, value);
    response.writeHead(302, { location: back.href }).end();
  }

  private async token(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const encoded = `${encodeURIComponent(CLIENT_ID)}:${new URLSearchParams({ s: this.secret }).toString().slice(2)}`;
    const [, basic = ''] = (request.headers.authorization ?? '').split(' ');
    const sent = Buffer.from(basic, 'base64').toString();
    const isKnownByBasic = this.decodesBasic
      ? decodeURIComponent(sent.replaceAll('+', ' ')) === decodeURIComponent(encoded.replaceAll('+', ' '))
      : sent === `${CLIENT_ID}:${this.secret}`;
    const isKnown = isKnownByBasic || new URLSearchParams(body).get('client_secret') === this.secret;
    if (!isKnown && this.shape === 'github') return sendJson(response, 200, { error: 'incorrect_client_credentials' });
    if (!isKnown) {
      return sendJson(response, 401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="x"' });
    }
    const tokens = { access_token: UPSTREAM_ACCESS_TOKEN, token_type: 'Bearer', expires_in: 60 };
    if (this.shape === 'github') return sendJson(response, 200, { ...tokens, ...this.tokens });
    const form = new URLSearchParams(body);
    const claims = this.goodClaims(this.nonces.get(form.get('code') ?? '') ?? this.nonce);
    const { nonce: _none, ...renewed } = claims;
    const id_token = await this.sign(form.get('grant_type') === 'refresh_token' ? renewed : claims);
    // A member that a test sets to undefined is left out.
    sendJson(response, 200, { ...tokens, id_token, ...this.tokens });
  }
}
