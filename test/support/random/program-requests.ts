import fc from 'fast-check';
import { REDIRECT_URI } from '../http/oauth-requests.ts';
import type { KnownValues } from '../memory/known-values.ts';
import { jsonDocument, parameters, urlEncoded } from './bodies.ts';
import { basic, FORM, JSON_TYPE, mostly, path, poolOf, type RandomRequests, requests } from './request.ts';
import { anyText, type Pair } from './values.ts';

// Requests to the endpoints that clients and MCP servers use.

const METADATA = {
  client_name: 'Random',
  redirect_uris: [REDIRECT_URI, 'https://client.invalid/cb', 'com.example.app:/cb'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
};
const METADATA_NAMES = [
  'client_id',
  'client_secret',
  'scope',
  'jwks',
  'jwks_uri',
  'client_uri',
  'logo_uri',
  'contacts',
  'client_name#de',
];

const clientAuthentication = ({ managedClients: [managed] }: KnownValues): fc.Arbitrary<readonly Pair[]> => {
  const { client_id: id = '', client_secret: secret } = managed ?? {};
  return mostly<Pair[]>(
    [FORM],
    [FORM, ['authorization', basic(id, secret)]],
    [FORM, ['authorization', basic(id, 'wrong')]],
    [FORM, ['authorization', basic(id, secret)], ['authorization', basic(id, secret)]],
    [JSON_TYPE],
  );
};

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export const token = (known: KnownValues): RandomRequests => {
  const pool = [...poolOf(known), ASSERTION_TYPE, 'authorization_code', 'refresh_token', 'client_credentials'];
  const names = ['client_secret', 'client_assertion', 'client_assertion_type', 'scope', 'subject_token', 'assertion'];
  const { client_id } = known.client;
  const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
  const [managed] = known.managedClients;
  const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
  const forms = [
    ...known.codes.map(({ code, codeVerifier }) => ({
      grant_type: 'authorization_code',
      code,
      code_verifier: codeVerifier,
      redirect_uri: REDIRECT_URI,
      resource: known.cloud.mcpUrl,
      client_id,
    })),
    { grant_type: 'refresh_token', refresh_token: known.sessions.token.refreshToken, client_id },
    {
      grant_type: 'client_credentials',
      client_id: managed?.client_id ?? '',
      client_secret: managed?.client_secret ?? '',
    },
    {
      grant_type: exchange,
      subject_token: known.sessions.mcp.accessToken,
      subject_token_type: accessTokenType,
      client_id: managed?.client_id ?? '',
      client_secret: managed?.client_secret ?? '',
    },
  ];
  return requests({
    methods: ['POST'],
    path: path('/token'),
    headers: clientAuthentication(known),
    body: fc.constantFrom(...forms).chain((good) => urlEncoded(parameters(good, { names, pool }))),
    pool,
  });
};

export const tokenForms =
  (where: string) =>
  (known: KnownValues): RandomRequests => {
    const { accessToken, refreshToken } = known.sessions.revoke;
    const pool = [...poolOf(known), accessToken, refreshToken];
    const [managed] = known.managedClients;
    const good = { token: refreshToken, token_type_hint: 'refresh_token' };
    const forms = [
      { ...good, client_id: known.client.client_id },
      { ...good, client_id: managed?.client_id ?? '', client_secret: managed?.client_secret ?? '' },
    ];
    return requests({
      methods: ['POST'],
      path: path(where),
      headers: clientAuthentication(known),
      body: fc
        .constantFrom(...forms)
        .chain((form) => urlEncoded(parameters(form, { names: ['client_assertion'], pool }))),
      pool,
    });
  };

export const register = (known: KnownValues): RandomRequests =>
  requests({
    methods: ['POST'],
    path: path('/register'),
    headers: mostly<Pair[]>([JSON_TYPE], [FORM], [], [JSON_TYPE, JSON_TYPE]),
    body: jsonDocument(METADATA, { names: METADATA_NAMES, pool: poolOf(known) }),
    pool: poolOf(known),
  });

export const clientConfiguration = (known: KnownValues): RandomRequests =>
  fc.constantFrom(...known.managedClients).chain(({ client_id, registration_access_token: bearer }) => {
    const pool = [...poolOf(known), bearer];
    return requests({
      methods: ['GET', 'PUT', 'PUT', 'PUT', 'DELETE'],
      path: mostly(
        `/register/${client_id}`,
        '/register/unknown',
        '/register/%00',
        `/register/${known.client.client_id}`,
      ),
      headers: mostly<Pair[]>(
        [JSON_TYPE, ['authorization', `Bearer ${bearer}`]],
        [JSON_TYPE, ['authorization', 'Bearer x']],
        [JSON_TYPE],
      ),
      body: jsonDocument(
        { ...METADATA, client_id, token_endpoint_auth_method: 'client_secret_post' },
        { names: METADATA_NAMES, pool },
      ),
      pool,
    });
  });

export const userinfo = (known: KnownValues): RandomRequests => {
  const { accessToken } = known.sessions.mcp;
  return requests({
    methods: ['GET', 'POST'],
    path: path('/userinfo'),
    headers: mostly<Pair[]>([['authorization', `Bearer ${accessToken}`]], [], [FORM]),
    body: urlEncoded(parameters({ access_token: accessToken }, { pool: poolOf(known) })),
    pool: poolOf(known),
  });
};

export const mcp = (known: KnownValues): RandomRequests => {
  const { accessToken } = known.sessions.mcp;
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } };
  const pool = ['tools/list', 'initialize', 'ping', 'danger_reset', 'whoami', '2.0', '2025-06-18', '2026-07-28'];
  const { pathname } = new URL(known.cloud.mcpUrl);
  return requests({
    methods: ['POST', 'POST', 'POST', 'GET', 'DELETE'],
    path: path(pathname, `${pathname}/`, `${pathname}/deeper`),
    headers: fc
      .tuple(mostly(`Bearer ${accessToken}`, 'Bearer', 'Bearer x', `bearer ${accessToken} x`), anyText(pool))
      .map(([authorization, version]): Pair[] => [
        JSON_TYPE,
        ['accept', 'application/json, text/event-stream'],
        ['authorization', authorization],
        ['mcp-protocol-version', version.replace(/[^\x21-\x7e]/g, '')],
      ]),
    body: jsonDocument(call, { names: ['result', 'error', 'Method', 'method\0'], pool }),
    pool: [...pool, `Bearer ${accessToken}`],
  });
};
