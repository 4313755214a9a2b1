import type { Client } from '../../../../lambdas/core/clients/client.ts';
import { assertionForm } from '../../../support/credentials/client-assertions.ts';
import { CODE_VERIFIER } from '../../../support/memory/records.ts';
import {
  DOCUMENT_CLIENT,
  ID,
  JWKS_URI,
  key,
  publish,
  redeem,
  type Server,
  signed,
  start,
  stranger,
} from './fixture.ts';

describe('Hosts that clients name, for requests without a grant of the client (decision 31)', () => {
  const SIGNS: Partial<Client> = { tokenEndpointAuthMethods: ['private_key_jwt'], jwksUri: JWKS_URI };
  const DEAD_REFRESH_TOKEN = { grant_type: 'refresh_token', refresh_token: 'gh_rt_a.b.c' };
  type Ask = (server: Server, form: Record<string, string>) => Promise<{ status: number; body: { error?: unknown } }>;

  const withoutGrant: readonly [string, Ask, number, string][] = [
    [
      'no code',
      (s, form) => s.post({ grant_type: 'authorization_code', code: 'x', code_verifier: CODE_VERIFIER, ...form }),
      400,
      'invalid_grant',
    ],
    [
      "another client's code",
      async (s, form) => {
        const { code } = await s.issueCode(await s.registered({ clientId: 'other' }));
        return s.post({ grant_type: 'authorization_code', code, code_verifier: CODE_VERIFIER, ...form });
      },
      400,
      'invalid_grant',
    ],
    ['no refresh token', (s, form) => s.post({ ...DEAD_REFRESH_TOKEN, ...form }), 400, 'invalid_grant'],
    [
      'a grant type of other clients',
      (s, form) => s.post({ grant_type: 'client_credentials', ...form }),
      400,
      'unauthorized_client',
    ],
    ['nothing to revoke', (s, form) => s.revoke({ token: 'x', ...form }), 401, 'invalid_client'],
    ['nothing to ask about', (s, form) => s.introspect({ token: 'x', ...form }), 401, 'invalid_client'],
  ];

  it.each(withoutGrant)('no host is asked for a request with %s', async (_, ask, status, error) => {
    for (const source of ['registered', 'document'] as const) {
      const server = start();
      publish(server);
      server.web.set(JWKS_URI, 'down');
      const client = await server.registered(source === 'document' ? DOCUMENT_CLIENT : SIGNS);
      const answer = await ask(server, assertionForm(await signed(server, client)));
      expect([answer.status, answer.body.error]).toEqual([status, error]);
      expect(server.fetched).toEqual([]);
    }
  });

  it('answers a dead refresh token in the same way with and without the keys in memory', async () => {
    const server = start();
    publish(server);
    const client = await server.registered(SIGNS);
    const refreshDeadToken = async (by = key) => {
      const { body } = await server.post({
        ...DEAD_REFRESH_TOKEN,
        ...assertionForm(await signed(server, client, {}, by)),
      });
      return body.error;
    };
    expect(await refreshDeadToken()).toBe('invalid_grant');
    await redeem(server, client, await signed(server, client));
    expect(await refreshDeadToken()).toBe('invalid_grant');
    // With the keys in memory, the signature is verified first.
    expect(await refreshDeadToken(stranger)).toBe('invalid_client');
    const nothing = { token: 'x', ...assertionForm(await signed(server, client)) };
    expect((await server.revoke(nothing)).status).toBe(200);
    expect(server.fetched).toEqual([JWKS_URI]);
  });

  it('for a token of the client, every endpoint asks the host, and answers 503 when it is down', async () => {
    const server = start();
    publish(server);
    const client = await server.registered(DOCUMENT_CLIENT);
    const { answer } = await redeem(server, client, await signed(server, client));
    const token = String(answer.body.refresh_token);
    server.clock.now += 300;
    server.web.set(ID, 'down');
    const form = async () => assertionForm(await signed(server, client));
    const answers = [
      await server.post({ grant_type: 'refresh_token', refresh_token: token, ...(await form()) }),
      await server.introspect({ token, ...(await form()) }),
      await server.revoke({ token, ...(await form()) }),
    ];
    for (const { status, body } of answers) expect([status, body.error]).toEqual([503, 'temporarily_unavailable']);
  });

  it('asks the host of a configured client always', async () => {
    const server = start();
    publish(server);
    const client = await server.registered({
      ...SIGNS,
      source: 'configured',
      grantTypes: ['client_credentials'],
      scopes: ['mcp'],
    });
    const form = { grant_type: 'client_credentials', ...assertionForm(await signed(server, client)) };
    expect((await server.post(form)).status).toBe(200);
    expect(server.fetched).toEqual([JWKS_URI]);
  });
});
