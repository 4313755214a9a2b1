import { randomUUID, type webcrypto } from 'node:crypto';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { startEchoBackend } from '../../support/backends/echo-backend.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { openClientSecret, readClientSecret } from '../../support/cloud/secrets.ts';
import { type JsonAnswer, postForm, REDIRECT_URI, type RegisteredClient } from '../../support/http/oauth-requests.ts';
import { basic } from '../../support/http/post-form.ts';

const publicJwkOf = async (key: webcrypto.CryptoKey) => ({
  ...(await exportJWK(key)),
  kid: 'one',
  use: 'sig',
  alg: 'ES256',
});

/**
 * A cloud whose configuration names clients: two machines, `nightly-report` with a secret and `build-agent` with a key,
 * a client of users, `copilot-studio`, and the resource clients of `/mcp` and `/other`.
 */
export class ConfiguredClients {
  readonly cloud: LocalCloud;
  readonly backend: Awaited<ReturnType<typeof startEchoBackend>>;
  readonly #key: webcrypto.CryptoKey;

  private constructor(
    cloud: LocalCloud,
    backend: Awaited<ReturnType<typeof startEchoBackend>>,
    key: webcrypto.CryptoKey,
  ) {
    this.cloud = cloud;
    this.backend = backend;
    this.#key = key;
  }

  static async start(): Promise<ConfiguredClients> {
    const backend = await startEchoBackend();
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const cloud = await startLocalCloud({
      config: {
        servers: {
          '/mcp': { resourceClient: true },
          '/other': {
            backend: { kind: 'http', url: backend.url },
            scopes: { required: ['mcp'] },
            resourceClient: true,
          },
        },
        clients: {
          'nightly-report': {
            name: 'Nightly report',
            authentication: 'client_secret_basic',
            grantTypes: ['client_credentials'],
            scopes: ['mcp'],
          },
          'build-agent': {
            name: 'Build agent',
            authentication: 'private_key_jwt',
            jwks: { keys: [await publicJwkOf(publicKey)] },
            grantTypes: ['client_credentials'],
            scopes: ['mcp'],
          },
          'copilot-studio': {
            name: 'Copilot Studio',
            redirectUris: [REDIRECT_URI],
            authentication: 'client_secret_post',
          },
        },
      },
    });
    return new ConfiguredClients(cloud, backend, privateKey);
  }

  async stop(): Promise<void> {
    await this.cloud.stop();
    await this.backend.close();
  }

  secretOf(clientId: string): Promise<string> {
    return readClientSecret(this.cloud.output(), clientId);
  }

  /** Stores another secret, as the operator does. */
  async changeSecretOf(clientId: string, value: string): Promise<void> {
    const { secretsManager, secretId } = openClientSecret(this.cloud.output(), clientId);
    await secretsManager.send(
      new PutSecretValueCommand({ SecretId: secretId, SecretString: value, ClientRequestToken: randomUUID() }),
    );
    secretsManager.destroy();
  }

  async credentialsOf(clientId: string): Promise<RegisteredClient & { client_secret: string }> {
    return { client_id: clientId, client_secret: await this.secretOf(clientId) };
  }

  /** The token response to `nightly-report`. */
  async machineToken(fields: Record<string, string | undefined> = {}, secret?: string): Promise<JsonAnswer> {
    return postForm(
      `${this.cloud.origin}/token`,
      { grant_type: 'client_credentials', resource: `${this.cloud.origin}/mcp`, ...fields },
      { authorization: basic('nightly-report', secret ?? (await this.secretOf('nightly-report'))) },
    );
  }

  /** A client assertion of `build-agent` (RFC 7523 §3). */
  assertion(claims: Record<string, unknown> = {}): Promise<string> {
    return new SignJWT({
      iss: 'build-agent',
      sub: 'build-agent',
      aud: this.cloud.origin,
      jti: randomUUID(),
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuedAt()
      .setExpirationTime('60 s')
      .sign(this.#key);
  }

  /** The token response to a client that presents an assertion. */
  keyedToken(jwt: string): Promise<JsonAnswer> {
    return postForm(`${this.cloud.origin}/token`, {
      grant_type: 'client_credentials',
      resource: `${this.cloud.origin}/mcp`,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: jwt,
    });
  }

  introspect(client: RegisteredClient | undefined, token: string): Promise<JsonAnswer> {
    return postForm(
      `${this.cloud.origin}/introspect`,
      { token },
      client?.client_secret === undefined ? {} : { authorization: basic(client.client_id, client.client_secret) },
    );
  }

  async askUserinfo(headers: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.cloud.origin}/userinfo`, { headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
}
