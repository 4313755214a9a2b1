import { resourceMetadataUrl } from '../core/authorization/resources.ts';
import { requestLimit } from '../core/net/rate-limit-window.ts';
import * as settings from '../core/settings.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import { requestSigner } from '../runtime/adapters/request-signer.ts';
import { CachedSecret } from '../runtime/adapters/secrets-manager/cached-secret.ts';
import { signedSecret } from '../runtime/adapters/secrets-manager/signed-secret.ts';
import { RateLimiter } from '../runtime/services/rate-limiter.ts';
import { awsService, read, readOptional } from '../runtime/settings.ts';
import { counterStore } from '../runtime/wiring/counters.ts';
import type { Backend } from './backend.ts';
import { type CredentialHeaders, credentialHeaders } from './credential-headers.ts';
import { type Exchange, newExchange } from './exchange.ts';
import type { InspectorDeps } from './handler.ts';
import { httpBackend } from './http-backend.ts';
import type { Timer } from './keep-alive.ts';
import { lambdaBackend } from './lambda-backend.ts';

/** The inspector of one MCP server, which the setting `inspectedServer` describes. */
export const inspectorDeps = (): InspectorDeps => {
  const log = measuredLog(readOptional(settings.metricsStack));
  const server = read(settings.inspectedServer);
  const requestsOf = (perMinute: number) => ({
    perMinute,
    serverPath: server.path,
    limiter: new RateLimiter({ limit: requestLimit(perMinute), counters: counterStore(), log }),
  });
  return {
    rules: server.rules,
    required: server.requiredScopes,
    definitions: read(settings.scopes),
    resourceMetadata: resourceMetadataUrl(read(settings.issuer), server.path),
    backend: backendOf(server.backend, newExchange(systemClock)),
    challengesArrive: server.challengesArrive ?? false,
    ...(server.requestsPerMinute === undefined ? {} : { requests: requestsOf(server.requestsPerMinute) }),
    timer,
    now: systemClock,
    random: Math.random,
    log,
  };
};

const backendOf = (backend: settings.InspectedServer['backend'], exchange: Exchange): Backend =>
  backend.kind === 'http'
    ? httpBackend(backend.url, exchange, credentialsOf(backend))
    : lambdaBackend({
        functionArn: backend.functionArn,
        sign: requestSigner('lambda', awsService('lambda')),
        exchange,
      });

const credentialsOf = ({
  credentials,
}: Extract<settings.InspectedServer['backend'], { kind: 'http' }>): CredentialHeaders | undefined => {
  if (credentials === undefined) return undefined;
  const { headers, secretId } = credentials;
  const secret = new CachedSecret(signedSecret({ ...awsService('secretsmanager'), secretId }), systemClock);
  return credentialHeaders(secret, headers, secretId);
};

const timer: Timer = (callback, delayMs) => {
  const timeout = setTimeout(callback, delayMs).unref();
  return () => clearTimeout(timeout);
};
