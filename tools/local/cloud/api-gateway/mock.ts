import { type EdgeResponse, lastHeader } from '../http-message.ts';
import { GatewayError } from './gateway-response.ts';
import type { Invocation } from './invocation.ts';
import type { Integration } from './model.ts';
import { renderResponseTemplate } from './response-template.ts';
import { mappedValue } from './variables.ts';

/**
 * MOCK: the request template selects a status, and the integration response of that status answers.
 *
 * @throws GatewayError
 */
export const invokeMock = (integration: Integration, invocation: Invocation): EdgeResponse => {
  const status = statusOf(requestBody(integration, invocation));
  const response = integration.responses.find(({ statusCode }) => statusCode === status);
  if (!response) throw new GatewayError('INTERNAL_SERVER_ERROR', `the mock has no response for status ${status}`);
  const mapped = Object.entries(response.responseParameters).flatMap(([target, source]) => {
    const value = mappedValue(source, invocation);
    return value === undefined ? [] : [[target.replace(/^method\.response\.header\./, ''), value] as const];
  });
  const [contentType = 'application/json', template = ''] = Object.entries(response.responseTemplates)[0] ?? [];
  const rendered = renderResponseTemplate(
    template,
    (name) =>
      mappedValue(`method.request.header.${name}`, invocation) ??
      mappedValue(`method.request.querystring.${name}`, invocation) ??
      '',
  );
  // A mapping overrides the template's content type, and `context.responseOverride` in a template overrides a mapping.
  const headers = new Map(
    [['Content-Type', contentType] as const, ...mapped, ...rendered.headers].map(
      (header) => [header[0].toLowerCase(), header] as const,
    ),
  );
  return {
    status,
    headers: [...headers.values()],
    body: Buffer.from(rendered.body),
  };
};

/** The template for the request's content type, or the request itself where the passthrough behaviour allows it. */
const requestBody = (integration: Integration, invocation: Invocation): string => {
  const contentType = lastHeader(invocation.request.headers, 'content-type') ?? 'application/json';
  const template = integration.requestTemplates[contentType.split(';')[0]?.trim().toLowerCase() ?? ''];
  if (template !== undefined) return template;
  const { passthroughBehavior, requestTemplates } = integration;
  const refused =
    passthroughBehavior === 'NEVER' ||
    (passthroughBehavior === 'WHEN_NO_TEMPLATES' && Object.keys(requestTemplates).length > 0);
  if (refused) throw new GatewayError('UNSUPPORTED_MEDIA_TYPE');
  return invocation.request.body.toString('utf8');
};

const statusOf = (body: string): number => {
  const status = /["']?statusCode["']?\s*:\s*["']?(\d{3})/.exec(body)?.[1];
  if (status === undefined) throw new GatewayError('INTERNAL_SERVER_ERROR', 'the mock request names no statusCode');
  return Number(status);
};
