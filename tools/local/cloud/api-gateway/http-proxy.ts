import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import {
  type EdgeResponse,
  type HeaderList,
  headerList,
  lastHeader,
  withHeader,
  withoutHeaders,
} from '../http-message.ts';
import { GatewayError } from './gateway-response.ts';
import type { Invocation } from './invocation.ts';
import type { Integration } from './model.ts';
import { integrationHeaders } from './response-headers.ts';
import { answerWithin, gatewayStream } from './stream-limits.ts';
import { mappedValue } from './variables.ts';

const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;
const httpAgent = new HttpAgent({ keepAlive: true });
const httpsAgent = new HttpsAgent({ keepAlive: true });

/**
 * HTTP_PROXY: forwards the request unchanged, except for what the mappings overwrite.
 *
 * @throws GatewayError
 */
export const invokeHttp = async (integration: Integration, invocation: Invocation): Promise<EdgeResponse> => {
  const target = backendTarget(integration, invocation);
  const answered = send(target, integration, invocation);
  const response = await answerWithin(answered, integration.timeoutMs).catch((error: unknown) => {
    void answered.then((late) => late.destroy()).catch(() => {});
    throw error;
  });
  const headers = integrationHeaders(headerList(response.rawHeaders));
  const status = response.statusCode ?? 502;
  if (integration.stream) return { status, headers, body: gatewayStream(response, integration.timeoutMs) };
  return { status, headers, body: await answerWithin(readAll(response), integration.timeoutMs) };
};

/** Does not use `URL`, which would normalize the path. */
interface Target {
  readonly protocol: string;
  /** Includes the port, if any. */
  readonly host: string;
  readonly path: string;
}

/** Replaces `{name}` in the URI by the path parameter as it was sent. The query is forwarded unchanged. */
const backendTarget = (integration: Integration, invocation: Invocation): Target => {
  const uri = integration.uri.replaceAll(/\{([^}]+)\}/g, (_whole, name: string) => {
    const source = integration.requestParameters[`integration.request.path.${name}`] ?? '';
    const parameter = /^method\.request\.path\.(.+)$/.exec(source)?.[1];
    const raw = parameter === undefined ? mappedValue(source, invocation) : invocation.rawPathParameters[parameter];
    if (raw === undefined) throw new GatewayError('INTEGRATION_FAILURE', `no value for {${name}} of the backend's URL`);
    return raw;
  });
  const { query } = invocation.request;
  const [, protocol = '', host = '', path = ''] = /^(https?:)\/\/([^/?#]+)(.*)$/s.exec(uri) ?? [];
  const target = path.startsWith('/') ? path : `/${path}`;
  return { protocol, host, path: query ? `${target}${target.includes('?') ? '&' : '?'}${query}` : target };
};

const backendHeaders = (integration: Integration, invocation: Invocation, host: string): HeaderList => {
  let headers = withHeader(invocation.request.headers, 'Host', host);
  for (const [target, source] of Object.entries(integration.requestParameters)) {
    const name = /^integration\.request\.header\.(.+)$/.exec(target)?.[1];
    const value = name && mappedValue(source, invocation);
    // The documentation leaves two possibilities open. This is the worse one: without a value the caller's header remains.
    if (name && value !== undefined) headers = withHeader(headers, name, value);
  }
  headers = withHeader(headers, 'x-amzn-apigateway-api-id', invocation.api.id);
  if (lastHeader(headers, 'user-agent') === undefined) {
    headers = withHeader(headers, 'User-Agent', `AmazonAPIGateway_${invocation.api.id}`);
  }
  const { body } = invocation.request;
  headers = withoutHeaders(headers, new Set(['content-length']));
  return body.length > 0 ? [...headers, ['Content-Length', String(body.length)]] : headers;
};

const send = (target: Target, integration: Integration, invocation: Invocation): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { method, body, signal } = invocation.request;
    const secure = target.protocol === 'https:';
    const { hostname, port } = new URL(`${target.protocol}//${target.host}`);
    const outgoing = (secure ? httpsRequest : httpRequest)({
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: target.path,
      method: integration.httpMethod === 'ANY' || integration.httpMethod === '' ? method : integration.httpMethod,
      headers: backendHeaders(integration, invocation, target.host).flat(),
      agent: secure ? httpsAgent : httpAgent,
      signal,
    });
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => reject(new GatewayError('INTEGRATION_FAILURE', error.message)));
    outgoing.end(body);
  });

const readAll = async (response: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += chunk.length;
      if (bytes > MAX_RESPONSE_BYTES) throw new Error('the answer is beyond 10 MB');
      chunks.push(chunk);
    }
  } catch (error) {
    throw new GatewayError('INTEGRATION_FAILURE', error instanceof Error ? error.message : String(error));
  }
  return Buffer.concat(chunks);
};
