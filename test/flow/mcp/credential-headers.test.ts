import { type EchoBackend, startEchoBackend } from '../../support/backends/echo-backend.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { storeSecret } from '../../support/cloud/secrets.ts';
import { callMcp, obtainSession } from '../../support/http/oauth-requests.ts';

// A credential towards the MCP server: the operator stores it, and the server gets it with every request.

let backend: EchoBackend;
let cloud: LocalCloud;
let token: string;
beforeAll(async () => {
  backend = await startEchoBackend();
  cloud = await startLocalCloud({
    config: {
      servers: {
        '/keyed': {
          backend: { kind: 'http', url: backend.url, headers: { authorization: 'secret', 'x-api-key': 'secret' } },
          scopes: { required: ['mcp'] },
        },
      },
    },
  });
  token = (await obtainSession(cloud, { parameters: { resource: `${cloud.origin}/keyed` } })).accessToken;
}, 60_000);
afterAll(async () => {
  await cloud?.stop();
  await backend?.close();
});

const send = (method: string, rest = '') =>
  fetch(`${cloud.origin}/keyed${rest}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'x-api-key': 'forged',
      x_api_key: 'forged',
    },
    ...(method === 'POST' ? { body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' } : {}),
  });

describe('A credential towards an MCP server', () => {
  it('while it is not stored, no request reaches the server, and the log names the command', async () => {
    const { status, body } = await callMcp(`${cloud.origin}/keyed`, token);
    expect([status, body.error.message]).toEqual([500, expect.stringContaining('Something failed on our side')]);
    expect(backend.requests).toEqual([]);
    await cloud.until((output) => /request_failed.*put-secret-value/.test(output));
  });

  it.each(['POST', 'GET', 'DELETE', 'HEAD'])(
    '%s: the server gets it, and neither the token nor a value of the client',
    async (method) => {
      const values = { authorization: 'Bearer of-gatehouse', 'x-api-key': 'canary-of-the-operator' };
      await storeSecret(cloud.output(), 'Serverkeyed', JSON.stringify(values));
      const { status } = await send(method, '/deeper?a=1');
      expect(status).toBe(200);
      const seen = backend.requests.at(-1);
      expect(seen).toMatchObject({ method, url: '/backend/deeper?a=1', headers: values });
      expect(seen?.headers['x-gatehouse-subject']).toMatch(/^[\w-]{43}$/);
      expect(JSON.stringify(seen?.rawHeaders)).not.toMatch(new RegExp(`forged|${token.slice(0, 20)}`));
      expect(cloud.output()).not.toContain('canary-of-the-operator');
    },
  );
});
