import type { HeaderList } from '../http-message.ts';
import { type Invocation, methodArn } from './invocation.ts';

type Multi = Readonly<Record<string, readonly string[]>>;

/** The event of a Lambda proxy integration (payload format 1.0). Bodies are text, because no binary media types are set. */
export const proxyEvent = (invocation: Invocation) => ({
  ...common(invocation),
  requestContext: {
    ...invocation.context,
    ...(invocation.authorizer ? { authorizer: { ...invocation.authorizer, integrationLatency: 0 } } : {}),
  },
  body: invocation.request.body.length > 0 ? invocation.request.body.toString('utf8') : null,
  isBase64Encoded: false,
});

/** The event of a REQUEST authorizer. It never contains the body. */
export const authorizerEvent = (invocation: Invocation) => {
  const { queryStringParameters, multiValueQueryStringParameters, pathParameters, ...rest } = common(invocation);
  return {
    type: 'REQUEST',
    methodArn: methodArn(invocation),
    ...rest,
    queryStringParameters: queryStringParameters ?? {},
    multiValueQueryStringParameters: multiValueQueryStringParameters ?? {},
    pathParameters: pathParameters ?? {},
    stageVariables: {},
    requestContext: invocation.context,
  };
};

const common = (invocation: Invocation) => {
  const headers = grouped(invocation.request.headers);
  const query = grouped([...new URLSearchParams(invocation.request.query)]);
  const { pathParameters } = invocation;
  return {
    resource: invocation.route?.path ?? '',
    path: invocation.request.path,
    httpMethod: invocation.request.method,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: orNull(lastValues(query)),
    multiValueQueryStringParameters: orNull(query),
    pathParameters: orNull(pathParameters),
    stageVariables: null,
  };
};

/** Names that differ in case only are one header, under its first spelling. */
const grouped = (pairs: HeaderList): Multi => {
  const values = new Map<string, string[]>();
  const spelling = new Map<string, string>();
  for (const [name, value] of pairs) {
    const key = spelling.get(name) ?? name;
    spelling.set(name, key);
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return Object.fromEntries(values);
};

/** API Gateway keeps the last of several values. */
const lastValues = (values: Multi): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));

const orNull = <T extends object>(record: T): T | null => (Object.keys(record).length > 0 ? record : null);
