import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { JSONWebKeySet } from 'jose';
import { authorizerHandler } from '../../../lambdas/authorizer/handler.ts';
import { activeKey, type KeyRing } from '../../../lambdas/core/tokens/key-ring.ts';
import type { AuthorizerKeys } from '../../../lambdas/core/tokens/revoked-grants.ts';
import { jwksHandler } from '../../../lambdas/jwks/handler.ts';
import { keyRingHandler } from '../../../lambdas/key-ring/handler.ts';
import { KeyRingCache } from '../../../lambdas/runtime/adapters/dynamodb/key-ring-cache.ts';
import type { HttpRequest } from '../../../lambdas/runtime/http/messages.ts';
import type { KeyRingStore } from '../../../lambdas/runtime/ports/index.ts';
import { rememberingVerifier } from '../../../lambdas/runtime/services/verified-tokens.ts';
import { newTestKey, signedJwt, type TestKey } from '../credentials/signing-key.ts';
import { memoryLog } from '../http/post-form.ts';
import { ISSUER, NOW } from './records.ts';
import { startTokenEndpoint } from './token-endpoint.ts';

export const HOUR = 3600;
export const DAY = 24 * HOUR;
/** More often than daily, so that nothing but the ring's own times holds a step back. */
export const RUN_EVERY = 6 * HOUR;
export const SCHEDULE = { rotateAfterSeconds: 5 * DAY, publishSeconds: DAY, accessTokenSeconds: HOUR };

/** All functions in this process over one stored ring, each with a copy of its own, and a clock to turn. */
export const startEverything = async () => {
  const clock = { now: NOW };
  const now = () => clock.now;
  let stored: KeyRing | undefined;
  const kms = new Map<string, TestKey>();
  const deleted: string[] = [];
  const { log } = memoryLog();

  const keys = keyRingHandler({
    keyRings: {
      readLatestKeyRing: async () => stored,
      replaceKeyRing: async (ring, formerVersion) => {
        if (stored?.version !== formerVersion) return 'lost';
        stored = ring;
        return 'replaced';
      },
    },
    keyMaker: {
      createSigningKey: async () => {
        const key = newTestKey();
        kms.set(key.signingKey.keyArn, key);
        return key.signingKey;
      },
      discardSigningKey: async (keyArn) => {
        kms.delete(keyArn);
        deleted.push(keyArn);
      },
    },
    schedule: SCHEDULE,
    answer: async () => undefined,
    now,
    sleep: async () => undefined,
    log,
  });
  const run = (event: object = {}) => keys(event as never, { getRemainingTimeInMillis: () => 60_000 });
  const reads = { count: 0 };
  const copies = (): KeyRingStore => {
    const cache = new KeyRingCache(async () => {
      reads.count += 1;
      return stored;
    }, now);
    return {
      readKeyRing: () => cache.read(),
      readLatestKeyRing: () => cache.readLatest(),
      findKey: (kid) => cache.findKey(kid),
    };
  };

  await run();
  const keyRings = copies();
  const server = startTokenEndpoint({
    keyRings,
    now,
    signer: {
      sign: async (claims) => {
        const ring = await keyRings.readKeyRing();
        const key = kms.get((ring && activeKey(ring)?.keyArn) ?? '');
        if (key === undefined) throw new Error('the key that should sign is gone from KMS');
        return signedJwt(key, claims);
      },
    },
  });
  const door = () => {
    const handler = authorizerHandler({
      issuer: ISSUER,
      protectedResources: { api1: '/mcp' },
      servers: { '/mcp': { requiredScopes: ['mcp'] } },
      scopes: { mcp: {} },
      verifySignature: rememberingVerifier(),
      findGrantStatus: async () => 'redeemed',
      keys: new KeyRingCache<AuthorizerKeys>(async () => stored, now),
      now,
      log,
    });
    const event = (token: string) =>
      ({
        methodArn: 'arn:aws:execute-api:eu-west-1:000000000000:api1/prod/POST/mcp',
        httpMethod: 'POST',
        multiValueHeaders: { Authorization: [`Bearer ${token}`] },
        requestContext: { apiId: 'api1', requestId: 'request-1' },
      }) as unknown as APIGatewayRequestAuthorizerEvent;
    return (token: string) =>
      handler(event(token)).then(
        ({ policyDocument }) => policyDocument.Statement[0]?.Effect ?? 'none',
        (error: Error) => error.message,
      );
  };
  const publishedKeys = async (): Promise<JSONWebKeySet> => {
    const { body } = await jwksHandler({ keyRings: copies() })({} as HttpRequest);
    return JSON.parse(String(body)) as JSONWebKeySet;
  };
  return { clock, run, server, door, publishedKeys, deleted, ring: () => stored, copies, reads };
};
