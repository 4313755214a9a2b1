import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { authorizerHandler } from '../../../lambdas/authorizer/handler.ts';
import type { Grant } from '../../../lambdas/core/grants/grant.ts';
import { accessTokenClaims } from '../../../lambdas/core/tokens/access-token.ts';
import type { AuthorizerKeys } from '../../../lambdas/core/tokens/revoked-grants.ts';
import { KeyRingCache } from '../../../lambdas/runtime/adapters/dynamodb/key-ring-cache.ts';
import { rememberingVerifier } from '../../../lambdas/runtime/services/verified-tokens.ts';
import { newTestKey, ringOf, signedJwt } from '../credentials/signing-key.ts';
import { memoryLog } from '../http/post-form.ts';
import { ISSUER, NOW, testGrant } from './records.ts';

export const key = newTestKey();
const METHOD_ARN = 'arn:aws:execute-api:eu-west-1:000000000000:api1/prod/POST/mcp';
const RULES = { tools: { 'delete_*': ['mcp:write'] }, prompts: { plan: ['mcp:plan'] } };
export const OPTIONS = { issuer: ISSUER, lifetimeSeconds: 3600, now: NOW };

export const tokenFor = (overrides: Parameters<typeof testGrant>[0] = {}, scopes: readonly string[] = ['mcp']) =>
  signedJwt(key, accessTokenClaims(testGrant(overrides), scopes, OPTIONS));

/** The authorizer of four servers over a key ring in memory, with a clock that tests can set. */
export const startAuthorizer = () => {
  const state = {
    now: NOW,
    reads: 0,
    read: async (): Promise<AuthorizerKeys | undefined> => ringOf(key),
    grantReads: [] as string[],
    findGrantStatus: async (_grantId: string): Promise<Grant['status'] | undefined> => 'redeemed',
  };
  const memory = memoryLog();
  const load = () => {
    state.reads += 1;
    return state.read();
  };
  const handler = authorizerHandler({
    issuer: ISSUER,
    protectedResources: { api1: '/mcp', api2: '/other', api3: '/ruled', api4: '/trusted' },
    servers: {
      '/mcp': { requiredScopes: ['mcp'] },
      '/other': { requiredScopes: ['mcp', 'email'] },
      '/ruled': { requiredScopes: ['mcp'], rules: RULES },
      '/trusted': { requiredScopes: ['mcp'], rules: RULES, validatesHeaders: true },
    },
    scopes: { mcp: {}, 'mcp:write': { implies: ['mcp'] } },
    keys: new KeyRingCache(load, () => state.now),
    verifySignature: rememberingVerifier(),
    findGrantStatus: (grantId) => {
      state.grantReads.push(grantId);
      return state.findGrantStatus(grantId);
    },
    now: () => state.now,
    log: memory.log,
  });
  const call = (
    headers: Record<string, string[]>,
    { apiId = 'api1', methodArn = METHOD_ARN, httpMethod = 'POST' } = {},
  ) =>
    handler({
      type: 'REQUEST',
      methodArn,
      httpMethod,
      multiValueHeaders: headers,
      requestContext: { apiId, requestId: 'request-1' },
    } as unknown as APIGatewayRequestAuthorizerEvent);
  const callWith = (token: string, options = {}) => call({ Authorization: [`Bearer ${token}`] }, options);
  return { state, memory, call, callWith };
};
