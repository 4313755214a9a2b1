import fc from 'fast-check';
import { REDIRECT_URI } from '../http/oauth-requests.ts';
import type { KnownValues } from '../memory/known-values.ts';
import { parameters, urlEncoded } from './bodies.ts';
import { FORM, mostly, path, poolOf, type RandomRequests, requests } from './request.ts';
import type { Pair } from './values.ts';

// Requests to the endpoints that browsers visit.

const REQUEST_NAMES = [
  'prompt',
  'response_mode',
  'request',
  'request_uri',
  'registration',
  'claims',
  'login_hint',
  'max_age',
  'nonce',
  'id_token_hint',
];

export const authorize = (known: KnownValues): RandomRequests => {
  const good = {
    response_type: 'code',
    client_id: known.client.client_id,
    redirect_uri: REDIRECT_URI,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    resource: known.cloud.mcpUrl,
    scope: 'mcp',
    state: 'state',
  };
  const pool = poolOf(known);
  return requests({
    methods: ['GET'],
    path: path('/authorize'),
    query: urlEncoded(parameters(good, { names: REQUEST_NAMES, pool })),
    pool,
  });
};

export const consent = (known: KnownValues): RandomRequests => {
  const { fields, cookies } = known.consent;
  const pool = [...poolOf(known), ...Object.values(fields)];
  const good = { ...fields, decision: 'approve' };
  return requests({
    methods: ['POST'],
    path: path('/consent'),
    headers: mostly<Pair[]>(
      [FORM, ['origin', known.cloud.origin], ['cookie', cookies]],
      [FORM, ['origin', 'null'], ['cookie', cookies]],
      [FORM, ['sec-fetch-site', 'same-origin'], ['cookie', `${cookies}; ${cookies}`]],
      [FORM, ['origin', known.cloud.origin]],
    ),
    body: urlEncoded(parameters(good, { names: ['idp', 'client_id', 'redirect_uri'], pool })),
    pool,
  });
};

export const callback = (known: KnownValues): RandomRequests =>
  fc.constantFrom(...known.pendingLogins).chain(({ url, cookies }) => {
    const good = Object.fromEntries(url.searchParams);
    return requests({
      methods: ['GET'],
      path: mostly(url.pathname, '/callback/unknown', '/callback/', '/callback/__proto__', '/callback/%00'),
      query: urlEncoded(
        parameters(good, { names: ['error', 'error_description', 'id_token'], pool: Object.values(good) }),
      ),
      headers: mostly<Pair[]>([['cookie', cookies]], [], [['cookie', cookies.replaceAll('=', '= ')]]),
      pool: [cookies],
    });
  });

export const connections = (known: KnownValues): RandomRequests => {
  const { fields, cookies } = known.connections;
  const pool = [...poolOf(known), ...Object.values(fields)];
  const good = { ...fields, action: 'end' };
  return requests({
    methods: ['GET', 'POST'],
    path: path('/connections'),
    headers: mostly<Pair[]>(
      [FORM, ['origin', known.cloud.origin], ['cookie', cookies]],
      [FORM, ['origin', 'null'], ['cookie', cookies]],
      [FORM, ['sec-fetch-site', 'same-origin'], ['cookie', cookies.replaceAll('.', '')]],
      [FORM, ['origin', known.cloud.origin]],
    ),
    body: urlEncoded(parameters(good, { names: ['idp', 'consent', 'subject', 'grant'], pool })),
    pool,
  });
};
