import {
  type CloudWithProviders,
  type ProviderId,
  startCloudWithProviders,
} from '../../support/cloud/cloud-with-providers.ts';
import { partsOf } from '../../support/credentials/forged-token.ts';
import {
  authorizationRequest,
  callMcp,
  obtainSession,
  postForm,
  type RegisteredClient,
  redeem,
  refresh,
  registerClient,
  revoke,
} from '../../support/http/oauth-requests.ts';
import { CLIENT_SECRET, UPSTREAM_ACCESS_TOKEN } from '../../support/providers/misbehaving-provider.ts';

// Searches every response of whole sessions and every log line for values that must not appear there.

const UPSTREAM_REFRESH_TOKEN = 'upstream-refresh-token-canary';
const NAME = 'Canary of a name';

let gate: CloudWithProviders;
beforeAll(async () => {
  gate = await startCloudWithProviders(
    { servers: { '/mcp': { resourceClient: true } } },
    { other: { recheck: true, keepTokens: true } },
  );
}, 60_000);
afterAll(() => gate?.stop());

interface Recorded {
  readonly from: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Records every response of Gatehouse during an action. */
const answersDuring = async (work: () => Promise<void>): Promise<Recorded[]> => {
  const recorded: Recorded[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const response = await fetch(input, init);
    const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
    if (origin === gate.cloud.origin) {
      const body = await response.clone().text();
      recorded.push({ from: pathname, headers: [...response.headers], body });
    }
    return response;
  };
  try {
    await work();
  } finally {
    globalThis.fetch = fetch;
  }
  return recorded;
};

/** Everything that a client may do, and some requests that are refused. */
const wholeSession = async (provider: ProviderId): Promise<void> => {
  const { cloud } = gate;
  const method = 'client_secret_post';
  const client = await registerClient(cloud, { client_name: NAME, token_endpoint_auth_method: method });
  const session = await obtainSession(cloud, { client, user: gate.user(), provider });
  await callMcp(cloud.mcpUrl, session.accessToken);
  await fetch(`${cloud.origin}/userinfo`, { headers: { authorization: `Bearer ${session.accessToken}` } });
  const { client_id, client_secret } = client;
  await postForm(`${cloud.origin}/introspect`, { token: session.refreshToken, client_id, client_secret });
  await postForm(`${cloud.origin}/token`, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: session.accessToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    client_id,
    client_secret,
  });
  const refreshed = await refresh(cloud, client, session.refreshToken);
  expect(refreshed.status).toBe(200);
  await redeem(cloud, { client, code: 'gh_ac_x.y', codeVerifier: 'x'.repeat(43) });
  await revoke(cloud, client, session.refreshToken);
  for (const secret of ['a value that was never stored', CLIENT_SECRET]) {
    gate.providers[provider].secret = secret;
    await gate.user().signIn(authorizationRequest(cloud, client).url, { provider });
  }
  gate.providers[provider].answers.set('/token', (response) => void response.writeHead(500).end(UPSTREAM_ACCESS_TOKEN));
  await gate.user().signIn(authorizationRequest(cloud, client).url, { provider });
  gate.providers[provider].answers.clear();
};

describe('Canaries', () => {
  beforeEach(() => {
    for (const provider of Object.values(gate.providers)) {
      provider.reset();
      provider.tokens = { refresh_token: UPSTREAM_REFRESH_TOKEN };
    }
  });

  it.each<ProviderId>(['company', 'other', 'github', 'entra'])(
    '#170 #233 no response and no log line contains a token or a secret of %s',
    async (id) => {
      const provider = gate.providers[id];
      const idTokens: string[] = [];
      const { sign } = provider;
      provider.sign = async (claims) => {
        idTokens.push(await sign(claims));
        return idTokens.at(-1) ?? '';
      };
      gate.cloud.takeLog();
      const answers = await answersDuring(() => wholeSession(id));
      provider.sign = sign;
      expect(answers.length).toBeGreaterThan(15);
      const basic = btoa(`our-client:${encodeURIComponent(CLIENT_SECRET)}`);
      const canaries = [UPSTREAM_ACCESS_TOKEN, UPSTREAM_REFRESH_TOKEN, CLIENT_SECRET, basic, ...idTokens];
      const everything = [
        ...answers.map((answer) => JSON.stringify(answer)),
        gate.cloud.takeLog(),
        gate.cloud.output(),
      ];
      const found = everything.filter((text) =>
        canaries.some((canary) => text.includes(canary) || text.includes(encodeURIComponent(canary))),
      );
      expect(found).toEqual([]);
    },
  );

  it('#170 #107 an access token has only the claims of Gatehouse', async () => {
    const { accessToken } = await obtainSession(gate.cloud, { user: gate.user(), provider: 'other' });
    const { claims } = partsOf(accessToken);
    expect(Object.keys(claims).sort()).toEqual(
      ['aud', 'client_id', 'exp', 'grant_id', 'iat', 'idp', 'iss', 'jti', 'scope', 'sub', 'upstream_sub'].filter(
        (name) => name in claims,
      ),
    );
    expect(JSON.stringify(claims)).not.toMatch(/canary|(?<![\w-])ada(?![\w-])/i);
  });

  it('#214 the name of a client appears in no header', async () => {
    const answers = await answersDuring(() => wholeSession('company'));
    expect(answers.some(({ body }) => body.includes(NAME))).toBe(true);
    const headers = answers.flatMap(({ headers: each }) =>
      each.map(([name, value]) => `${name}: ${decodeURIComponent(value)}`),
    );
    expect(headers.filter((line) => line.includes('Canary'))).toEqual([]);
  });
});

describe('#243 a failed request reveals nothing', () => {
  let known: RegisteredClient;
  beforeAll(async () => {
    known = await registerClient(gate.cloud, { token_endpoint_auth_method: 'client_secret_post' });
  });
  const unknown = { client_id: `gh_client_${'x'.repeat(43)}` };

  const answerTo = async (path: string, client_id: string) => {
    const form = { grant_type: 'refresh_token', refresh_token: 'x', token: 'x', client_id, client_secret: 'wrong' };
    const { status, headers, body } = await postForm(`${gate.cloud.origin}${path}`, form);
    // The text tells only the unknown client to register again. Client ids are public: /authorize reveals them.
    const { request_id: _id, error_description: _text, ...rest } = body;
    return { status, names: [...headers.keys()].sort(), rest };
  };

  it.each(['/token', '/revoke', '/introspect'])(
    '%s: a wrong secret and an unknown client get the same status, headers and code',
    async (path) => {
      expect(await answerTo(path, known.client_id)).toEqual(await answerTo(path, unknown.client_id));
    },
  );

  it('/register/{client_id}: a wrong token and an unknown client get the same response', async () => {
    const ask = async (id: string) => {
      const response = await fetch(`${gate.cloud.origin}/register/${id}`, { headers: { authorization: 'Bearer x' } });
      const { request_id: _id, ...rest } = (await response.json()) as Record<string, unknown>;
      return { status: response.status, rest };
    };
    expect(await ask(known.client_id)).toEqual(await ask(unknown.client_id));
  });
});
