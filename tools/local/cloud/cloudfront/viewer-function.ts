import { createContext, Script } from 'node:vm';
import type { EdgeRequest, EdgeResponse, HeaderList } from '../http-message.ts';
import { isRecord } from '../template/shape.ts';
import type { Distribution } from './distribution.ts';
import { unknownSyntax } from './function-syntax.ts';

/** Source of a CloudFront Function. */
const MAX_CODE_BYTES = 10 * 1024;
/** Only ends endless loops. It is far above CloudFront's limit for compute utilization, since this machine may be busy. */
const RUN_LIMIT_MS = 2_000;
/** Headers that a viewer-request function may read but not change. */
const READ_ONLY = new Set(['content-length', 'host', 'transfer-encoding', 'via']);
/** Headers that a function neither sees nor may set ("disallowed headers"). */
export const DISALLOWED =
  /^(connection|expect|keep-alive|proxy-authenticate|proxy-authorization|proxy-connection|trailer|upgrade|x-accel-(buffering|charset|limit-rate|redirect)|x-amz-cf-.*|x-amzn-(auth|cf-billing|cf-id|cf-xff|errortype|fle-profile|header-count|header-order|lambda-integration-tag|requestid)|x-cache.*|x-edge-.*|x-forwarded-proto|x-real-ip)$/;

/** The function threw, or broke a rule of the platform. */
export class ViewerFunctionError extends Error {}

/** Adds the helper methods of a request (developer guide, "General helper methods"). */
const WITH_HELPERS = '((event, query) => (event.request.rawQueryString = () => query, event))';

export type Field = { value: string; multiValue?: { value: string }[] };

export type ViewerFunction = (request: EdgeRequest, requestId: string) => Promise<EdgeRequest | EdgeResponse>;

/**
 * Loads a viewer-request function (runtime cloudfront-js-2.0) in its own context.
 *
 * @throws Error for unusable source
 */
export const createViewerFunction = (code: string, distribution: Distribution): ViewerFunction => {
  const run = loadFunction(code, 'viewer-request', distribution);

  return async (request, requestId) => {
    const sent = fieldsOf(request);
    const event = JSON.stringify({
      version: '1.0',
      context: {
        distributionDomainName: distribution.domainName,
        distributionId: distribution.id,
        eventType: 'viewer-request',
        requestId,
      },
      viewer: { ip: request.sourceIp },
      request: { method: request.method, uri: request.path, ...sent },
    });
    const answer: unknown = (await run(event, request.query === '' ? undefined : request.query)).answer;
    if (!isRecord(answer)) throw new ViewerFunctionError('it returned neither a request nor a response');
    return 'statusCode' in answer ? toResponse(answer) : toRequest(answer, request, sent);
  };
};

/**
 * Loads the source of a function in its own context.
 *
 * @returns a function that takes the event as JSON and the query as it was sent
 * @throws Error for unusable source
 */
export const loadFunction = (code: string, eventType: string, { logicalId }: Distribution) => {
  if (Buffer.byteLength(code) > MAX_CODE_BYTES) {
    throw new Error(`${logicalId}: its ${eventType} function has more than ${MAX_CODE_BYTES} bytes`);
  }
  const line = unknownSyntax(code);
  if (line !== undefined) {
    throw new Error(
      `${logicalId}: its ${eventType} function could not be published: runtime cloudfront-js-2.0 does not know the syntax of “${line.trim()}”; write it with what ES 5.1 has`,
    );
  }
  const context = createContext(Object.create(null));
  new Script(`const logged = []; const console = { log: (text) => logged.push(String(text)) };`).runInContext(context);
  new Script(code).runInContext(context);
  const call = new Script(
    `Promise.resolve(handler(${WITH_HELPERS}(JSON.parse(input), query))).then((answer) => JSON.stringify({ answer, logged: logged.splice(0) }))`,
  );
  return async (event: string, query?: string): Promise<{ answer: unknown; logged: string[] }> => {
    context.input = event;
    context.query = query;
    try {
      return JSON.parse(String(await call.runInContext(context, { timeout: RUN_LIMIT_MS })));
    } catch (error) {
      throw new ViewerFunctionError(String(error));
    }
  };
};

/** Headers (names in lower case), query and cookies in the shape of the event. */
export const fieldsOf = (request: EdgeRequest) => {
  const headers = group(
    request.headers
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name !== 'cookie' && !DISALLOWED.test(name)),
  );
  const cookies = group(
    request.headers
      .filter(([name]) => name.toLowerCase() === 'cookie')
      .flatMap(([, value]) => value.split(/;\s*/))
      .map((pair) => splitOnce(pair)),
  );
  const querystring = group(request.query === '' ? [] : request.query.split('&').map((pair) => splitOnce(pair)));
  return { headers, cookies, querystring };
};

const toRequest = (
  answer: Record<string, unknown>,
  request: EdgeRequest,
  sent: ReturnType<typeof fieldsOf>,
): EdgeRequest => {
  if (typeof answer.uri !== 'string' || !answer.uri.startsWith('/')) throw new ViewerFunctionError('uri is no path');
  const returned = isRecord(answer.headers) ? (answer.headers as Record<string, Field>) : {};
  for (const name of new Set([...Object.keys(returned), ...Object.keys(sent.headers)])) {
    const changed = JSON.stringify(returned[name]) !== JSON.stringify(sent.headers[name]);
    if (changed && READ_ONLY.has(name.toLowerCase())) throw new ViewerFunctionError(`header ${name} is read-only`);
    if (changed && DISALLOWED.test(name.toLowerCase())) throw new ViewerFunctionError(`header ${name} is disallowed`);
  }
  // Parts that the function did not change keep their exact bytes.
  const same = (part: 'cookies' | 'querystring') => JSON.stringify(answer[part]) === JSON.stringify(sent[part]);
  const kept = request.headers.filter(([name, value]) => {
    const key = name.toLowerCase();
    if (key === 'cookie') return same('cookies');
    return DISALLOWED.test(key) || valuesOf(returned[key]).includes(value);
  });
  const keptNames = new Set(kept.map(([name]) => name.toLowerCase()));
  const added = Object.entries(returned).filter(([name]) => !keptNames.has(name.toLowerCase()));
  const cookies = same('cookies') ? [] : flatten(answer.cookies);
  return {
    ...request,
    path: answer.uri,
    query: same('querystring') ? request.query : join(flatten(answer.querystring), '&'),
    headers: [...kept, ...flatten(Object.fromEntries(added)), ...cookieHeader(cookies)],
  };
};

const cookieHeader = (cookies: HeaderList): HeaderList =>
  cookies.length > 0 ? [['Cookie', cookies.map(([name, value]) => `${name}=${value}`).join('; ')]] : [];

const toResponse = (answer: Record<string, unknown>): EdgeResponse => {
  const body = isRecord(answer.body) ? answer.body.data : answer.body;
  const { statusCode: status } = answer;
  if (typeof status !== 'number' || status < 200 || status > 599)
    throw new ViewerFunctionError('statusCode is no status');
  const headers = flatten(answer.headers);
  const disallowed = headers.find(
    ([name]) => DISALLOWED.test(name) || READ_ONLY.has(name) || name !== name.toLowerCase(),
  );
  if (disallowed) throw new ViewerFunctionError(`header ${disallowed[0]} is disallowed`);
  return {
    status,
    headers,
    body: Buffer.from(typeof body === 'string' ? body : ''),
  };
};

export const group = (pairs: HeaderList): Record<string, Field> => {
  const fields: Record<string, Field> = {};
  for (const [name, value] of pairs) {
    const field = fields[name];
    if (!field) fields[name] = { value };
    else fields[name] = { ...field, multiValue: [...(field.multiValue ?? [{ value: field.value }]), { value }] };
  }
  return fields;
};

const valuesOf = (field: Field | undefined): string[] =>
  field === undefined ? [] : (field.multiValue?.map(({ value }) => value) ?? [field.value]);

export const flatten = (fields: unknown): HeaderList =>
  Object.entries(isRecord(fields) ? (fields as Record<string, Field>) : {}).flatMap(([name, field]) =>
    valuesOf(field).map((value) => [name, value] as const),
  );

const join = (pairs: HeaderList, separator: string): string =>
  pairs.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join(separator);

const splitOnce = (pair: string): readonly [string, string] => {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
};
