import fc from 'fast-check';
import { REDIRECT_URI } from '../http/oauth-requests.ts';
import type { RawAnswer } from '../http/raw-request.ts';
import { rawExchange, requestHead } from '../http/raw-socket.ts';
import type { KnownValues } from '../memory/known-values.ts';
import { urlEncoded } from './bodies.ts';
import { headerFields, hostileText, type Pair } from './values.ts';

/** A request as it is sent. Text is latin1, so one character is one byte. */
export interface RandomRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly Pair[];
  readonly body?: string;
}

export type RandomRequests = fc.Arbitrary<RandomRequest>;

export const FORM: Pair = ['content-type', 'application/x-www-form-urlencoded'];
export const JSON_TYPE: Pair = ['content-type', 'application/json'];
export const METHODS = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'] as const;

interface Parts {
  readonly methods: readonly string[];
  readonly path: fc.Arbitrary<string>;
  readonly query?: fc.Arbitrary<string>;
  readonly headers?: fc.Arbitrary<readonly Pair[]>;
  readonly body?: fc.Arbitrary<string>;
  readonly pool: readonly string[];
}

/** Usually the right method, path and headers, and sometimes others. */
export const requests = ({ methods, path, query, headers = fc.constant([]), body, pool }: Parts): RandomRequests => {
  const method = fc.oneof({ weight: 15, arbitrary: fc.constantFrom(...methods) }, fc.constantFrom(...METHODS));
  const spoiled = fc
    .tuple(path, fc.constantFrom('/', '//', '/.', '/%2e%2e/', '%00', '%2f', ';x=1', '/%ff', '%', '\xff'))
    .map(([good, end]) => `${good}${end}`);
  const twisted = path.map((good) => good.replace('/', '//').toUpperCase());
  const anyPath = fc.oneof({ weight: 20, arbitrary: path }, spoiled, twisted);
  const anyQuery = query
    ? query.map((text) => `?${text}`)
    : fc.oneof(
        { weight: 5, arbitrary: fc.constant('') },
        urlEncoded(fc.array(fc.tuple(hostileText, hostileText))).map((text) => `?${text}`),
      );
  return fc
    .record({
      method,
      path: anyPath,
      query: anyQuery,
      own: headers,
      others: headerFields(pool),
      body: body ?? fc.constant(''),
    })
    .map(({ method: verb, path: where, query: what, own, others, body: content }) => {
      const hasBody = body !== undefined && verb !== 'GET' && verb !== 'HEAD' && verb !== 'TRACE';
      return {
        method: verb,
        target: `${where}${what}`,
        headers: [...own, ...others],
        ...(hasBody ? { body: content } : {}),
      };
    });
};

export const path = (...paths: string[]): fc.Arbitrary<string> => fc.constantFrom(...paths);
export const mostly = <T>(good: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(good) }, fc.constantFrom(good, ...others));

export const poolOf = ({ cloud, client, sessions, codes, managedClients }: KnownValues): string[] => [
  client.client_id,
  REDIRECT_URI,
  cloud.mcpUrl,
  cloud.origin,
  sessions.token.accessToken,
  sessions.token.refreshToken,
  'code',
  'S256',
  'none',
  'mcp',
  'mcp offline_access',
  ...codes.slice(0, 1).flatMap(({ code, codeVerifier }) => [code, codeVerifier]),
  ...managedClients.slice(0, 1).flatMap(({ client_id, client_secret = '' }) => [client_id, client_secret]),
];

export const basic = (id: string, secret = ''): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

/** Sends the exact bytes. Returns undefined if the connection was closed without a response. */
export const sendRandomRequest = async (
  origin: string,
  { method, target, headers, body }: RandomRequest,
): Promise<RawAnswer | undefined> => {
  const content = Buffer.from(body ?? '', 'latin1');
  const fields = [...headers, ...(body === undefined ? [] : [['content-length', String(content.length)] as const])];
  const head = requestHead(`${method} ${target} HTTP/1.1`, [
    `host: ${new URL(origin).host}`,
    'connection: close',
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ]);
  const answers = await rawExchange(origin, Buffer.concat([Buffer.from(head, 'latin1'), content]));
  return answers[0];
};
