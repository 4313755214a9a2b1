import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { type CloudWithProviders, startCloudWithProviders } from '../../support/cloud/cloud-with-providers.ts';
import { callMcp, postForm, type RegisteredClient, registerClient } from '../../support/http/oauth-requests.ts';
import { pendingLogin } from '../../support/memory/known-values.ts';
import {
  expectDistrustAt,
  expectNoAccessAt,
  expectWelcomeAt,
  subjectOfLoginAt,
} from '../../support/providers/login-outcomes.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type MisbehavingProvider,
  sendJson,
  TENANT,
  UPSTREAM_ACCESS_TOKEN,
} from '../../support/providers/misbehaving-provider.ts';

// Providers that lie about a user's identity or about themselves, tested over HTTP.

const OTHER_TENANT = '22222222-2222-4222-8222-222222222222';

let gate: CloudWithProviders;
let client: RegisteredClient;
beforeAll(async () => {
  gate = await startCloudWithProviders({ access: { emailDomains: ['example.com'], entraTenants: [TENANT] } });
  client = await registerClient(gate.cloud);
}, 60_000);
beforeEach(() => {
  for (const provider of Object.values(gate.providers)) provider.reset();
});
afterAll(() => gate?.stop());

const NOW = () => Math.floor(Date.now() / 1000);

describe('ID tokens (OpenID Connect Core §3.1.3.7)', () => {
  it.each<[string, Record<string, unknown>]>([
    ['#149 another issuer', { iss: 'https://evil.test' }],
    ['#149 the issuer with a slash', { iss: 'http://localhost/' }],
    ['#150 another audience', { aud: 'other' }],
    ['#150 several audiences and no azp', { aud: [CLIENT_ID, 'other'] }],
    ['#150 another azp', { aud: [CLIENT_ID, 'other'], azp: 'other' }],
    ['#151 no nonce', { nonce: undefined }],
    ['#151 another nonce', { nonce: 'other' }],
    ['#152 expired', { exp: NOW() - 61 }],
    ['#152 no expiry', { exp: undefined }],
    ['#152 an expiry as text', { exp: '9999999999' }],
    ['#152 not yet valid', { nbf: NOW() + 600 }],
    ['#152 issued in the future', { iat: NOW() + 600 }],
    ['no subject', { sub: undefined }],
    ['a subject that is a number', { sub: 7 }],
  ])('%s yields no code', async (_what, claims) => {
    gate.providers.company.claims = claims;
    await expectDistrustAt(gate, client);
  });

  it('#151 the nonce of an earlier login yields no code', async () => {
    const { company } = gate.providers;
    await pendingLogin(gate.cloud, client, gate.user(), { provider: 'company' });
    company.claims = { nonce: company.nonce };
    await expectDistrustAt(gate, client);
  });

  it('#152 a clock skew of one minute is tolerated', async () => {
    gate.providers.company.claims = { exp: NOW() - 30, iat: NOW() + 30 };
    await expectWelcomeAt(gate, client);
  });

  const signatures: [string, () => Promise<MisbehavingProvider['sign']>][] = [
    ['alg none', async () => async (claims) => new UnsecuredJWT(claims).encode()],
    [
      'HS256 with the client secret as key',
      async () => (claims) =>
        new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(CLIENT_SECRET.padEnd(32))),
    ],
    [
      'another key with a known kid, embedded in the token',
      async () => {
        const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
        const jwk = await exportJWK(publicKey);
        return (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1', jwk }).sign(privateKey);
      },
    ],
    [
      'a key that is not published',
      async () => {
        const { privateKey } = await generateKeyPair('RS256');
        return (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k9' }).sign(privateKey);
      },
    ],
  ];
  it.each(signatures)('#148 %s yields no code', async (_what, make) => {
    const { company } = gate.providers;
    const good = company.sign;
    company.sign = await make();
    try {
      await expectDistrustAt(gate, client);
    } finally {
      company.sign = good;
    }
  });

  it.each(['access_token', 'token_type', 'id_token'])(
    '#163 a token response without %s yields no code',
    async (missing) => {
      const { company } = gate.providers;
      company.answers.set('/token', async (response) => {
        const whole = {
          access_token: UPSTREAM_ACCESS_TOKEN,
          token_type: 'Bearer',
          id_token: await company.sign(company.goodClaims(company.nonce)),
        };
        sendJson(response, 200, { ...whole, [missing]: undefined });
      });
      await expectDistrustAt(gate, client);
    },
  );

  it('#153 a userinfo response about another user yields no code', async () => {
    gate.providers.company.claims = { email: undefined };
    gate.providers.company.userInfo = { sub: 'person-2', email: 'ada@example.com', email_verified: true };
    await expectDistrustAt(gate, client);
  });
});

describe('Verified addresses (OpenID Connect Core §5.1)', () => {
  it.each(['true', 1, 'false', false, null, undefined, [true]])(
    '#155 email_verified: %j grants no access',
    async (value) => {
      gate.providers.company.claims = { email_verified: value };
      gate.providers.company.userInfo = { sub: 'person-1', email: 'ada@example.com', email_verified: value };
      await expectNoAccessAt(gate, client);
    },
  );

  it('#155 email_verified: true grants access', () => expectWelcomeAt(gate, client));

  it('#158 the same address at another provider is another user', async () => {
    const subjects = [
      await subjectOfLoginAt(gate, client, 'company'),
      await subjectOfLoginAt(gate, client, 'other'),
      await subjectOfLoginAt(gate, client, 'company'),
    ];
    expect(subjects[0]).toBe(subjects[2]);
    expect(subjects[0]).not.toBe(subjects[1]);
  });

  it('#154 a token of the provider is not accepted, even if it was issued to our own client', async () => {
    const { company } = gate.providers;
    const idToken = await company.sign(company.goodClaims('x'));
    for (const token of [idToken, UPSTREAM_ACCESS_TOKEN]) {
      expect((await callMcp(gate.cloud.mcpUrl, token)).status).toBe(401);
      const form = {
        assertion: token,
        subject_token: token,
        code: token,
        refresh_token: token,
        client_id: client.client_id,
      };
      for (const grant_type of [
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        'urn:ietf:params:oauth:grant-type:token-exchange',
        'authorization_code',
        'refresh_token',
      ]) {
        expect((await postForm(`${gate.cloud.origin}/token`, { ...form, grant_type })).status).toBe(400);
      }
    }
  });
});

describe('GitHub, which signs no tokens', () => {
  const account = (changes: object) => ({
    id: 42,
    login: 'ada',
    name: 'Ada',
    email: 'profile@example.com',
    ...changes,
  });

  it.each([
    ['an unverified primary address', [{ email: 'ada@example.com', primary: true, verified: false }]],
    ['"true" as text', [{ email: 'ada@example.com', primary: true, verified: 'true' }]],
    ['a verified one that is not primary', [{ email: 'ada@example.com', primary: false, verified: true }]],
    ['only the address of the profile', []],
  ])('#156 %s grants no access', async (_what, emails) => {
    gate.providers.github.github['/user/emails'] = emails;
    await expectNoAccessAt(gate, client, 'github');
  });

  it('#156 the account number is the identity, even when the login name changes', async () => {
    const { github } = gate.providers;
    const first = await subjectOfLoginAt(gate, client, 'github');
    github.github['/user'] = account({ login: 'renamed' });
    expect(await subjectOfLoginAt(gate, client, 'github')).toBe(first);
    github.github['/user'] = account({ id: 43 });
    expect(await subjectOfLoginAt(gate, client, 'github')).not.toBe(first);
  });

  it.each([null, '42', 0, -1, 4.2, Number.MAX_SAFE_INTEGER + 1])(
    '#156 the account number %j is not accepted',
    async (id) => {
      gate.providers.github.github['/user'] = account({ id });
      await expectDistrustAt(gate, client, 'github');
    },
  );

  it('#162 an error response with status 200 is treated as an error', async () => {
    const { github } = gate.providers;
    github.answers.set('/login/oauth/access_token', (response) =>
      sendJson(response, 200, { error: 'bad_verification_code', access_token: 'x', token_type: 'bearer' }),
    );
    await expectDistrustAt(gate, client, 'github');
  });
});

describe('Entra with several tenants (OpenID Connect Core §3.1.3.7, with a template in place of the issuer)', () => {
  const issuerOf = (tenant: string) => `${gate.providers.entra.origin}/${tenant}/v2.0`;

  it('#149 the issuer is the one of the tenant that the token names', () => expectWelcomeAt(gate, client, 'entra'));

  it.each<[string, () => Record<string, unknown>]>([
    ['the issuer of another tenant', () => ({ iss: issuerOf(OTHER_TENANT) })],
    ['a tenant other than the issuer names', () => ({ tid: OTHER_TENANT })],
    ['the template itself', () => ({ iss: issuerOf('{tenantid}') })],
    ['the template as issuer and as tenant', () => ({ iss: issuerOf('{tenantid}'), tid: '{tenantid}' })],
    ['no tenant', () => ({ tid: undefined })],
    ['a path as tenant', () => ({ tid: '../evil', iss: issuerOf('../evil') })],
    ['another host', () => ({ iss: `https://evil.test/${TENANT}/v2.0` })],
  ])('#149 %s yields no code', async (_what, claims) => {
    gate.providers.entra.claims = claims();
    await expectDistrustAt(gate, client, 'entra');
  });

  it('#157 an address of an allowed user, claimed in another tenant, grants no access', async () => {
    gate.providers.entra.claims = { tid: OTHER_TENANT, iss: issuerOf(OTHER_TENANT), email: 'ada@example.com' };
    await expectNoAccessAt(gate, client, 'entra');
    gate.providers.entra.claims = { ...gate.providers.entra.claims, email_verified: true };
    await expectNoAccessAt(gate, client, 'entra');
  });

  it('#157 the same address and subject in another tenant is another user', async () => {
    const { entra } = gate.providers;
    const first = await subjectOfLoginAt(gate, client, 'entra');
    entra.claims = { tid: OTHER_TENANT, iss: issuerOf(OTHER_TENANT), xms_edov: true };
    expect(await subjectOfLoginAt(gate, client, 'entra')).not.toBe(first);
  });
});
