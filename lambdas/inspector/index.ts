import { systemClock } from '../shared/adapters/clock.ts';
import { jsonLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import type { Backend } from './backend.ts';
import { newExchange } from './exchange.ts';
import { inspector } from './handler.ts';
import { httpBackend } from './http-backend.ts';
import type { Timer } from './keep-alive.ts';
import { lambdaBackend } from './lambda-backend.ts';

const server = config.inspectedServer();
const exchange = newExchange(systemClock);

const backendOf = (backend: config.InspectedServer['backend']): Backend =>
  backend.kind === 'http'
    ? httpBackend(backend.url, exchange)
    : lambdaBackend({ ...config.lambdaRuntime(), functionArn: backend.functionArn, exchange });

const timer: Timer = (callback, delayMs) => {
  const timeout = setTimeout(callback, delayMs).unref();
  return () => clearTimeout(timeout);
};

const inspect = inspector({
  rules: server.rules,
  required: server.requiredScopes,
  definitions: config.scopes(),
  resourceMetadata: `${config.issuer()}/.well-known/oauth-protected-resource${server.path}`,
  backend: backendOf(server.backend),
  timer,
  log: jsonLog(),
});

export const handler = awslambda.streamifyResponse(async (event, responseStream, context) => {
  const start = (head: object) => awslambda.HttpResponseStream.from(responseStream, { ...head });
  await inspect(event, { stream: responseStream, start }, context.getRemainingTimeInMillis());
});
