import type { JWTPayload } from 'jose';
import { assertionForm } from '../../../support/credentials/client-assertions.ts';
import { basic } from '../../../support/http/post-form.ts';
import { NOW } from '../../../support/memory/records.ts';
import {
  DOCUMENT_CLIENT,
  ID,
  JWKS_URI,
  key,
  publish,
  redeem,
  signed,
  start,
  stranger,
  TOKEN_ENDPOINT,
} from './fixture.ts';

describe('private_key_jwt at the token endpoint (RFC 7523 §2.2)', () => {
  it('authenticates a registered client by its inline keys, with and without client_id', async () => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    for (const client_id of [undefined, client.clientId]) {
      const { answer, grantId } = await redeem(server, client, await signed(server, client), { client_id });
      expect(answer.status).toBe(200);
      expect(server.grants.rows.get(grantId)?.clientAuthMethod).toBe('private_key_jwt');
    }
    expect(server.fetched).toEqual([]);
  });

  it('authenticates a document client by the keys that its document names now', async () => {
    const server = start();
    publish(server);
    const client = await server.registered(DOCUMENT_CLIENT);
    const { answer } = await redeem(server, client, await signed(server, client));
    expect(answer.status).toBe(200);
    expect(server.fetched).toEqual([ID, JWKS_URI]);
    await redeem(server, client, await signed(server, client));
    expect(server.fetched).toHaveLength(2);
  });

  it('#202 accepts an assertion once', async () => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const jwt = await signed(server, client);
    expect((await redeem(server, client, jwt)).answer.status).toBe(200);
    const { answer, grantId } = await redeem(server, client, jwt);
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    expect(server.grants.rows.get(grantId)?.status).toBe('issued');
  });

  it.each<[string, JWTPayload, 'key' | 'stranger']>([
    ['#202 another audience', { aud: 'https://other.example/token' }, 'key'],
    ['a second audience', { aud: [TOKEN_ENDPOINT, 'https://other.example/token'] }, 'key'],
    ['another issuer', { iss: 'https://other.example/' }, 'key'],
    ['expired', { exp: NOW - 61 }, 'key'],
    ['without jti', { jti: '' }, 'key'],
    ['the key of another client', {}, 'stranger'],
  ])('refuses %s, and uses up neither code nor jti', async (_, claims, by) => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const jwt = await signed(server, client, claims, by === 'key' ? key : stranger);
    const { answer, grantId } = await redeem(server, client, jwt);
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    expect(server.grants.rows.get(grantId)?.status).toBe('issued');
    expect(server.assertions.rows.size).toBe(0);
  });

  it('#53 no downgrade: a client that registered private_key_jwt cannot use another method', async () => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const { code } = await server.issueCode(client);
    const form = server.redemption(client, code);
    expect((await server.post(form)).body.error).toBe('invalid_client');
    expect((await server.post({ ...form, client_secret: 'x' })).body.error).toBe('invalid_client');
  });

  it('accepts the weaker of two listed methods at redemption, and refuses a weaker one at refresh', async () => {
    const server = start();
    publish(server);
    const client = await server.registered(DOCUMENT_CLIENT);
    const { code } = await server.issueCode(client);
    const open = await server.post(server.redemption(client, code));
    expect(open.status).toBe(200);
    const { client_id: _, ...refresh } = server.refresh(client, open.body.refresh_token);
    expect((await server.post({ ...refresh, ...assertionForm(await signed(server, client)) })).status).toBe(200);

    const { answer } = await redeem(server, client, await signed(server, client));
    const weaker = await server.post(server.refresh(client, answer.body.refresh_token));
    expect([weaker.status, weaker.body.error]).toEqual([401, 'invalid_client']);
  });

  it('answers several methods in one request with invalid_request (RFC 6749 §2.3)', async () => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const { code } = await server.issueCode(client);
    const form = { ...server.redemption(client, code), ...assertionForm(await signed(server, client)) };
    const withBasic = await server.post(form, { authorization: basic(client.clientId, 'x') });
    const answers = [withBasic, await server.post({ ...form, client_secret: 'x' })];
    for (const answer of answers) expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });

  it.each<[string, Record<string, string | undefined>, number, string]>([
    ['without its type', { client_assertion_type: undefined }, 400, 'invalid_request'],
    ['with only its type', { client_assertion: undefined }, 400, 'invalid_request'],
    ['of another type', { client_assertion_type: 'urn:x' }, 401, 'invalid_client'],
    ['that is not a JWT', { client_assertion: 'x' }, 401, 'invalid_client'],
    ['of another client_id', { client_id: 'other' }, 401, 'invalid_client'],
  ])('refuses an assertion %s (RFC 7521 §4.2)', async (_, members, status, error) => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const { answer } = await redeem(server, client, await signed(server, client), members);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });

  it('answers 503 when the document or the key set is unreachable, and uses up nothing', async () => {
    for (const down of [ID, JWKS_URI]) {
      const server = start();
      publish(server);
      server.web.set(down, 'down');
      const client = await server.registered(DOCUMENT_CLIENT);
      const { answer, grantId } = await redeem(server, client, await signed(server, client));
      expect([answer.status, answer.body.error, answer.headers['retry-after']]).toEqual([
        503,
        'temporarily_unavailable',
        expect.stringMatching(/^[2-8]$/),
      ]);
      expect(server.grants.rows.get(grantId)?.status).toBe('issued');
      expect(server.assertions.rows.size).toBe(0);
    }
  });

  it('stops accepting a withdrawn key after five minutes', async () => {
    const server = start();
    publish(server, { jwks: key.jwks });
    const client = await server.registered(DOCUMENT_CLIENT);
    expect((await redeem(server, client, await signed(server, client))).answer.status).toBe(200);
    publish(server, { jwks: stranger.jwks });
    server.clock.now += 299;
    expect((await redeem(server, client, await signed(server, client))).answer.status).toBe(200);
    server.clock.now += 1;
    expect((await redeem(server, client, await signed(server, client))).answer.body.error).toBe('invalid_client');
  });

  it('/revoke accepts it too (RFC 7009 §2.1)', async () => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const { answer, grantId } = await redeem(server, client, await signed(server, client));
    const token = String(answer.body.refresh_token);
    expect((await server.revoke({ client_id: client.clientId, token })).body.error).toBe('invalid_client');
    const jwt = await signed(server, client);
    expect((await server.revoke({ token, ...assertionForm(jwt) })).status).toBe(200);
    expect(server.grants.rows.get(grantId)?.status).toBe('revoked');
    expect((await server.revoke({ token, ...assertionForm(jwt) })).body.error).toBe('invalid_client');
  });
});
