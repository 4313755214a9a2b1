import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Secrets } from './secrets.ts';

/** Members of forms and JSON, and parameters of URLs, that only the two ends may see → what they are. */
const SECRET_MEMBERS: Readonly<Record<string, string>> = {
  access_token: 'access token',
  client_assertion: 'client assertion',
  client_secret: 'client secret',
  code: 'code',
  code_verifier: 'code verifier',
  id_token: 'ID token',
  nonce: 'nonce',
  refresh_token: 'refresh token',
  registration_access_token: 'registration access token',
  request: 'sealed request',
  state: 'state',
  subject_token: 'access token',
  token: 'token',
  email: 'e-mail address',
};

/** Watches every HTTP server of this process on the given ports, and records each secret. */
export const recordWire = (secrets: Secrets, portNames: ReadonlyMap<number, string>): void => {
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (this: Server, event: string | symbol, ...rest: unknown[]): boolean {
    const name = event === 'request' ? portNames.get((this.address() as AddressInfo | null)?.port ?? 0) : undefined;
    if (name !== undefined) {
      recordRequest(rest[0] as IncomingMessage, (kind, value) => secrets.keep(`${name} ${kind}`, value));
      recordAnswer(rest[1] as ServerResponse, (kind, value) => secrets.keep(`${name} ${kind}`, value));
    }
    return Reflect.apply(emit, this, [event, ...rest]);
  };
};

type Keep = (kind: string, value: string) => void;

const recordRequest = (request: IncomingMessage, keep: Keep): void => {
  ofParameters(new URL(request.url ?? '/', 'http://localhost').searchParams, keep);
  ofAuthorization(request.headers.authorization, keep);
  for (const cookie of request.headers.cookie?.split('; ') ?? []) ofCookie(cookie, keep);
  const chunks: Buffer[] = [];
  const push = request.push;
  request.push = function (this: IncomingMessage, chunk: unknown, encoding?: BufferEncoding): boolean {
    if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    if (chunk === null) ofBody(Buffer.concat(chunks).toString(), request.headers['content-type'], keep);
    return Reflect.apply(push, this, [chunk, encoding]);
  };
};

const recordAnswer = (response: ServerResponse, keep: Keep): void => {
  const chunks: Buffer[] = [];
  for (const method of ['write', 'end'] as const) {
    const original = response[method] as (...parameters: unknown[]) => unknown;
    response[method] = ((...parameters: unknown[]) => {
      const [chunk] = parameters;
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string));
      return Reflect.apply(original, response, parameters);
    }) as never;
  }
  response.once('close', () => {
    // The head as it was sent, in whichever form it was passed.
    const head = (response as unknown as { _header?: string | null })._header ?? '';
    const headers = head.split('\r\n').map((line) => line.split(/: (.*)/s, 2) as [string, string | undefined]);
    const valuesOf = (name: string) =>
      headers.flatMap(([key, value = '']) => (key.toLowerCase() === name ? [value] : []));
    for (const location of valuesOf('location')) {
      if (URL.canParse(location)) ofParameters(new URL(location).searchParams, keep);
    }
    for (const cookie of valuesOf('set-cookie')) ofCookie(cookie.split(';')[0] ?? '', keep);
    ofBody(Buffer.concat(chunks).toString(), valuesOf('content-type')[0], keep);
  });
};

const ofParameters = (parameters: Iterable<[string, unknown]>, keep: Keep): void => {
  for (const [name, value] of parameters) {
    const kind = SECRET_MEMBERS[name];
    if (kind !== undefined && typeof value === 'string') keep(kind, value);
    if (name === 'id_token' && typeof value === 'string') ofClaims(value, keep);
  }
};

const ofClaims = (jwt: string, keep: Keep): void => {
  const payload = Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString();
  ofBody(payload, 'application/json', keep);
};

const ofAuthorization = (header: string | undefined, keep: Keep): void => {
  const [scheme = '', credentials = ''] = header?.split(' ') ?? [];
  if (credentials === '') return;
  keep(`${scheme} credentials`, credentials);
  if (scheme.toLowerCase() !== 'basic') return;
  const secret = Buffer.from(credentials, 'base64').toString().split(':')[1] ?? '';
  keep('client secret', decodeURIComponent(secret.replaceAll('+', ' ').replaceAll(/%(?![0-9a-f]{2})/gi, '%25')));
};

const ofCookie = (cookie: string, keep: Keep): void => keep('cookie', cookie.replace(/^[^=]*=/, ''));

const ofBody = (text: string, contentType: string | undefined, keep: Keep): void => {
  ofParameters(membersOf(text, contentType ?? ''), keep);
};

const membersOf = (text: string, contentType: string): Iterable<[string, unknown]> => {
  if (contentType.includes('x-www-form-urlencoded')) return new URLSearchParams(text);
  if (contentType.includes('html')) {
    const fields = text.matchAll(/<input[^>]* name="([^"]+)" value="([^"]+)"/g);
    return [...fields].map(([, name = '', value]) => [name, value]);
  }
  if (!contentType.includes('json')) return [];
  try {
    return Object.entries(JSON.parse(text) ?? {});
  } catch {
    // These values are invalid on purpose.
    return [];
  }
};
