import type { IncomingHttpHeaders } from 'node:http';
import { canBeCredential, parseCredentialHeaders } from '../../../lambdas/core/mcp/backend-headers.ts';
import { credentialHeaders } from '../../../lambdas/inspector/credential-headers.ts';
import { newExchange } from '../../../lambdas/inspector/exchange.ts';
import { httpBackend } from '../../../lambdas/inspector/http-backend.ts';
import { CachedSecret, MAX_AGE_SECONDS } from '../../../lambdas/runtime/adapters/secrets-manager/cached-secret.ts';
import { closeServers, startServer } from '../../support/backends/inspector-backends.ts';
import { call, inspectorWith, postEvent } from '../../support/backends/inspector-fixture.ts';

// Headers by which an MCP server knows that a request came through Gatehouse. Their values are in a secret.

const SECRET_ID = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:Server-mcp-AbCdEf';
const NAMES = ['authorization', 'x-api-key'];

let stored: string | undefined;
let clock = 0;
beforeEach(() => {
  stored = JSON.stringify({ authorization: 'Bearer of-gatehouse', 'x-api-key': 'canary-1' });
  clock = 0;
});
afterEach(closeServers);

/** An inspector before a server that records the headers of each request. */
const withCredentials = async () => {
  const seen: IncomingHttpHeaders[] = [];
  const { url } = await startServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(202).end();
  });
  const secret = new CachedSecret(
    async () => stored,
    () => clock,
  );
  const backend = httpBackend(
    url,
    newExchange(() => 0),
    credentialHeaders(secret, NAMES, SECRET_ID),
  );
  const { send, logged } = inspectorWith(backend);
  const request = async (headers: Record<string, string> = {}, httpMethod = 'POST') => {
    const rest = httpMethod === 'POST' ? {} : { httpMethod, body: null };
    const { reply, done } = send(postEvent(call('echo'), { headers, rest }));
    await done;
    return reply;
  };
  return { seen, request, logged };
};

describe('A credential towards the MCP server', () => {
  it.each(['POST', 'GET', 'DELETE'])(
    '%s: the server gets the values of the secret, and no value of the client',
    async (method) => {
      const { seen, request } = await withCredentials();
      const forged = {
        Authorization: 'Bearer of-the-client',
        'X-Api-Key': 'forged',
        X_Api_Key: 'forged',
        'x.api.key': 'forged',
      };
      await request(forged, method);
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({ authorization: 'Bearer of-gatehouse', 'x-api-key': 'canary-1' });
      expect(JSON.stringify(seen)).not.toMatch(/forged|of-the-client/);
    },
  );

  it('a rotated value is used within five minutes', async () => {
    const { seen, request } = await withCredentials();
    await request();
    stored = JSON.stringify({ authorization: 'Bearer of-gatehouse', 'x-api-key': 'canary-2' });
    clock += MAX_AGE_SECONDS;
    await request();
    expect(seen.map((headers) => headers['x-api-key'])).toEqual(['canary-1', 'canary-2']);
    expect(MAX_AGE_SECONDS).toBeLessThanOrEqual(300);
  });

  it.each<[string, string | undefined]>([
    ['has no value yet', undefined],
    ['is no JSON', 'canary'],
    ['lacks a header', '{"authorization":"Bearer canary"}'],
    ['has a value that no header can hold', '{"authorization":"canary\\r\\nx: y","x-api-key":"canary"}'],
    ['has an empty value', '{"authorization":"","x-api-key":"canary"}'],
  ])('while the secret %s, the request is a fault of ours, and the log names the command', async (_, value) => {
    stored = value;
    const { seen, request, logged } = await withCredentials();
    const reply = await request();
    expect([reply.head?.statusCode, seen]).toEqual([500, []]);
    const log = JSON.stringify(logged);
    expect(log).toContain(`put-secret-value --region eu-central-1 --secret-id ${SECRET_ID}`);
    expect(log + reply.text).not.toContain('canary');
    stored = JSON.stringify({ authorization: 'Bearer mended', 'x-api-key': 'mended' });
    expect((await request()).head?.statusCode).toBe(202);
  });

  it.each(['authorization', 'x-api-key', 'proxy-secret', 'x-door'])('%s can hold a credential', (name) => {
    expect(canBeCredential(name)).toBe(true);
  });

  it.each([
    'Authorization',
    'host',
    'connection',
    'content-type',
    'mcp-session-id',
    'cookie',
    'x-gatehouse-subject',
    'x-amz-date',
    'a b',
    '',
  ])('%j cannot hold a credential: it belongs to the connection, the message, MCP or the identity', (name) => {
    expect(canBeCredential(name)).toBe(false);
  });

  it('takes only the headers that the configuration names', () => {
    expect(parseCredentialHeaders('{"x-door":"1","host":"evil"}', ['x-door'])).toEqual({ 'x-door': '1' });
  });
});
