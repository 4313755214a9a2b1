import { isRecord } from '../template/shape.ts';
import type { Method } from './model.ts';
import { assertResponseTemplate } from './response-template.ts';

// Refuses at the start what API Gateway refuses at deployment, so that nothing works in the local cloud only.

const REQUEST_SOURCE =
  /^('.*'|method\.request\.(header|querystring|path)\.[\w.$-]+|context\.[\w.$-]+|stageVariables\.\w+)$/;
const RESPONSE_SOURCE = /^('.*'|integration\.response\.header\.[\w.$-]+|context\.[\w.$-]+|stageVariables\.\w+)$/;
const REQUEST_TARGET = /^integration\.request\.(header|querystring|path)\.[\w.$-]+$/;
const MAX_BUFFERED_MS = 29_000;
const MAX_STREAMED_MS = 900_000;
const STREAMING_URI_SUFFIX = '/response-streaming-invocations';

/** @throws Error with the logical id of the method and what is wrong */
export const assertDeployable = (method: Method, properties: Readonly<Record<string, unknown>>): void => {
  const { integration, logicalId } = method;
  const refuse = (problem: string): never => {
    throw new Error(`${logicalId}: API Gateway would refuse this method: ${problem}`);
  };
  if (integration.stream && integration.type === 'MOCK') refuse('a MOCK integration cannot stream');
  if (integration.timeoutMs > (integration.stream ? MAX_STREAMED_MS : MAX_BUFFERED_MS)) {
    refuse(`TimeoutInMillis is ${integration.timeoutMs}`);
  }
  if (integration.type === 'AWS_PROXY') {
    if (integration.httpMethod !== 'POST') refuse('a function is invoked by POST');
    if (Object.keys(integration.requestParameters).some((name) => name.toLowerCase().endsWith('.authorization'))) {
      refuse('Authorization cannot be mapped to a Lambda proxy integration');
    }
    if (integration.uri.endsWith(STREAMING_URI_SUFFIX) !== integration.stream) {
      refuse('ResponseTransferMode STREAM and the URI of response-streaming-invocations go together');
    }
  }
  const declared = isRecord(properties.RequestParameters) ? properties.RequestParameters : {};
  for (const [target, source] of Object.entries(integration.requestParameters)) {
    if (!REQUEST_TARGET.test(target)) refuse(`${target} cannot be mapped`);
    if (!REQUEST_SOURCE.test(source))
      refuse(`${target} is mapped from ${source}, which is not a valid source of a request`);
    if (source.startsWith('method.request.') && !(source in declared)) {
      refuse(`${source} is mapped and not declared in the method's RequestParameters`);
    }
  }
  const responses = Array.isArray(properties.MethodResponses) ? properties.MethodResponses.filter(isRecord) : [];
  for (const response of integration.responses) {
    const match = responses.find((candidate) => Number(candidate.StatusCode) === response.statusCode);
    const declaredHeaders = isRecord(match?.ResponseParameters) ? match.ResponseParameters : {};
    if (!match) refuse(`status ${response.statusCode} has no method response`);
    for (const [target, source] of Object.entries(response.responseParameters)) {
      if (!RESPONSE_SOURCE.test(source))
        refuse(`${target} is mapped from ${source}, which is not a valid source of a response`);
      if (!(target in declaredHeaders)) refuse(`${target} is mapped and not declared in its method response`);
    }
    for (const template of Object.values(response.responseTemplates)) {
      try {
        assertResponseTemplate(template);
      } catch (error) {
        refuse(error instanceof Error ? error.message : String(error));
      }
    }
  }
};
