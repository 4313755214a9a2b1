import { requestLimit } from '../core/net/rate-limit-window.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbCounterStore } from '../runtime/adapters/dynamodb/counter-store.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import { Limiter } from '../runtime/services/rate-limiter.ts';
import * as config from '../runtime/settings.ts';
import type { Backend } from './backend.ts';
import { newExchange } from './exchange.ts';
import { inspector } from './handler.ts';
import { httpBackend } from './http-backend.ts';
import type { Timer } from './keep-alive.ts';
import { lambdaBackend } from './lambda-backend.ts';

const log = measuredLog(config.metricsStack());
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

const requestsOf = (perMinute: number) => {
  const counters = dynamoDbCounterStore({ ...config.awsRuntime(), tableName: config.countersTable() });
  return {
    perMinute,
    serverPath: server.path,
    limiter: new Limiter({ limit: requestLimit(perMinute), counters, log }),
  };
};

const inspect = inspector({
  rules: server.rules,
  required: server.requiredScopes,
  definitions: config.scopes(),
  resourceMetadata: `${config.issuer()}/.well-known/oauth-protected-resource${server.path}`,
  backend: backendOf(server.backend),
  ...(server.requestsPerMinute === undefined ? {} : { requests: requestsOf(server.requestsPerMinute) }),
  timer,
  now: systemClock,
  random: Math.random,
  log,
});

export const handler = awslambda.streamifyResponse(async (event, responseStream, context) => {
  const start = (head: object) => awslambda.HttpResponseStream.from(responseStream, { ...head });
  await inspect(event, { stream: responseStream, start }, context.getRemainingTimeInMillis());
});
