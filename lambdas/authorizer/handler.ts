import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { resourceIdentifier, resourceMetadataUrl } from '../core/authorization/resources.ts';
import { effectiveScopes, type ScopeDefinitions } from '../core/authorization/scopes.ts';
import { describeError } from '../core/describe-error.ts';
import type { EventFields } from '../core/events.ts';
import type { Grant } from '../core/grants/grant.ts';
import { type DoorPolicy, decideByHeaders } from '../core/mcp/headers.ts';
import { scopeChallenge } from '../core/mcp/scope-challenge.ts';
import type { ToolRules } from '../core/mcp/tool-scopes.ts';
import { type AccessTokenClaims, assertNotBeforeMark, verifyAccessToken } from '../core/tokens/access-token.ts';
import { AccessTokenError } from '../core/tokens/access-token-error.ts';
import { bearerToken } from '../core/tokens/bearer.ts';
import type { PublicJwk } from '../core/tokens/key-ring.ts';
import { type AuthorizerKeys, findRevocation, type RevokedGrants } from '../core/tokens/revoked-grants.ts';
import type { VerifySignature } from '../core/tokens/signature.ts';
import { readHeaders } from '../runtime/http/header-values.ts';
import type { Clock, Log } from '../runtime/ports/index.ts';
import { identityContext } from './identity-context.ts';

export interface ServerPolicy {
  /** Scopes that every request needs. */
  readonly requiredScopes: readonly string[];
  /** The scopes that individual operations need in addition. */
  readonly rules?: ToolRules | undefined;
  /** The backend itself refuses headers that contradict the body, so that no inspector stands before it. */
  readonly validatesHeaders?: boolean | undefined;
}

export interface AuthorizerDeps {
  readonly issuer: string;
  /** REST API id → path of the MCP server behind it. */
  readonly protectedResources: Readonly<Record<string, string>>;
  readonly servers: Readonly<Record<string, ServerPolicy>>;
  readonly scopes: ScopeDefinitions;
  /** A copy of the key ring and the revoked grants that is at most 60 seconds old. */
  readonly keys: {
    findKey(kid: string): Promise<PublicJwk | undefined>;
    read(): Promise<AuthorizerKeys | undefined>;
  };
  /** Remembers what it has verified. */
  readonly verifySignature: VerifySignature;
  /** Reads the status of one grant. Used only while the list of revoked grants is full. */
  readonly findGrantStatus: (grantId: string) => Promise<Grant['status'] | undefined>;
  readonly now: Clock;
  readonly log: Log;
}

/** API Gateway turns exactly this message into the UNAUTHORIZED response, with the challenge of the MCP server. */
const UNAUTHORIZED = 'Unauthorized';

/**
 * Authorizes every request to an MCP server (RFC 6750, RFC 9068 §4).
 *
 * @returns `Allow` with the caller's identity in the context. `Deny` with the challenge and the needed scopes in the
 *   context becomes 403.
 * @throws Error `Unauthorized`, which becomes 401. Any other error becomes 503, so that clients keep their tokens.
 */
export const authorizerHandler = (deps: AuthorizerDeps) => {
  const assertNotRevoked = revocationCheck(deps);
  return async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const { apiId, requestId } = event.requestContext;
    const server = serverOf(deps, apiId);

    const headers = readHeaders(event);
    const token = bearerToken([...(headers.get('authorization') ?? [])]);
    if (token === undefined) return refuse(deps, requestId, 'no_bearer_token');
    const check = async () => {
      const verified = await verifiedClaims(deps, token, server.path);
      await assertNotRevoked(verified, requestId);
      return verified;
    };
    const claims = await check().catch((error: unknown) => {
      if (error instanceof AccessTokenError) return refuse(deps, requestId, error.reason);
      deps.log('authorizer_failed', { requestId, detail: describeError(error) });
      throw new Error('the authorizer could not decide', { cause: error });
    });

    const everything = everyRouteOf(event.methodArn);
    const request = { method: event.httpMethod, headers };
    const decision = decideByHeaders(request, effectiveScopes(claims.scope.split(' '), deps.scopes), server);
    if (decision.outcome === 'insufficient') {
      deps.log('authorizer_denied', { requestId, reason: 'insufficient_scope', clientId: claims.client_id });
      return policy('Deny', claims, everything, {
        challenge: scopeChallenge(decision.scopes, resourceMetadataUrl(deps.issuer, server.path)),
        neededScopes: decision.scopes.join(' '),
      });
    }
    // If the headers are not enough to decide, the inspector reads the operation from the body.
    return policy('Allow', claims, everything, identityContext(claims));
  };
};

interface Server extends DoorPolicy {
  readonly path: string;
}

/** Finds the MCP server by the id of the API alone, never by a header (catalogue #113). */
const serverOf = (deps: AuthorizerDeps, apiId: string): Server => {
  const path = deps.protectedResources[apiId];
  const server = path === undefined ? undefined : deps.servers[path];
  if (path === undefined || server === undefined) {
    throw new Error(`API ${apiId} is not among the protected resources: deploy the stack of this function again`);
  }
  const { requiredScopes: required, rules = {}, validatesHeaders = false } = server;
  return { path, required, rules, validatesHeaders };
};

const verifiedClaims = (deps: AuthorizerDeps, token: string, path: string): Promise<AccessTokenClaims> =>
  verifyAccessToken(
    token,
    (kid) => deps.keys.findKey(kid),
    { issuer: deps.issuer, audience: resourceIdentifier(deps.issuer, path), now: deps.now() },
    deps.verifySignature,
  );

/**
 * Returns the check of a token against the not-before marks and the revoked grants. It reads the grant itself only while
 * the list may lack revoked grants.
 */
const revocationCheck = ({ keys, findGrantStatus, now, log }: AuthorizerDeps) => {
  let logged: RevokedGrants | undefined;
  return async (claims: AccessTokenClaims, requestId: string): Promise<void> => {
    const { notBefore, revoked } = (await keys.read()) ?? {};
    assertNotBeforeMark(claims, notBefore);
    const { grant_id: grantId } = claims;
    // A token of the client credentials grant has no grant that could be revoked.
    if (grantId === undefined) return;
    let revocation = findRevocation(revoked, grantId, now());
    if (revocation === 'unknown') {
      if (logged !== revoked) log('revocations_full', { requestId, until: revoked?.incompleteUntil ?? 0 });
      logged = revoked;
      revocation = (await findGrantStatus(grantId)) === 'redeemed' ? 'not_revoked' : 'revoked';
    }
    if (revocation === 'revoked') throw new AccessTokenError('revoked');
  };
};

type Reason = EventFields['authorizer_denied']['reason'];

const refuse = (deps: AuthorizerDeps, requestId: string, reason: Reason): never => {
  deps.log('authorizer_denied', { requestId, reason });
  throw withoutStack(UNAUTHORIZED);
};

/** Lambda logs the stack of every error that a handler throws, a kilobyte for each request without a token. */
const withoutStack = (message: string): Error => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return new Error(message);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

/** Returns `arn:…:<api>/<stage>/*`, because a cached policy must hold for every method and path (catalogue #111). */
const everyRouteOf = (methodArn: string): string => `${methodArn.split('/').slice(0, 2).join('/')}/*`;

const policy = (
  effect: 'Allow' | 'Deny',
  claims: AccessTokenClaims,
  resource: string,
  context: Readonly<Record<string, string>>,
): APIGatewayAuthorizerResult => ({
  principalId: claims.sub,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }],
  },
  context: { ...context },
});
