import type { FunctionInvoker } from '../function-invoker.ts';
import { authorizerEvent } from './event.ts';
import { GatewayError } from './gateway-response.ts';
import { authorizerArn, type Invocation, methodArn } from './invocation.ts';
import type { Authorizer } from './model.ts';
import { type AuthorizerResult, isAllowed, readAuthorizerResult } from './policy.ts';
import { mappedValue } from './variables.ts';

export interface AuthorizerDependencies {
  readonly functions: FunctionInvoker;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Runs REQUEST authorizers and caches their results for the TTL of each authorizer. */
export const createAuthorizers = ({ functions, now }: AuthorizerDependencies) => {
  const cache = new Map<string, { readonly result: AuthorizerResult; readonly expiresAt: number }>();

  /**
   * Authorizes the request and sets `invocation.authorizer`.
   *
   * @throws GatewayError
   */
  return async (authorizer: Authorizer, invocation: Invocation): Promise<void> => {
    const identity = authorizer.identitySources.map((source) => identityValue(source, invocation));
    // A missing or empty identity source is answered with 401, without a call (API reference, Authorizer:
    // "identitySource"). This does not depend on the cache.
    if (identity.some((value) => !value)) throw new GatewayError('UNAUTHORIZED', 'identity source missing');

    const key = JSON.stringify([authorizer.id, identity]);
    const cached = authorizer.resultTtlSeconds > 0 ? cache.get(key) : undefined;
    const result = cached && cached.expiresAt > now() ? cached.result : await invoke(authorizer, invocation);
    if (authorizer.resultTtlSeconds > 0 && result !== cached?.result) {
      cache.set(key, { result, expiresAt: now() + authorizer.resultTtlSeconds * 1000 });
    }
    invocation.authorizer = result.context;
    // A cached policy covers every method and path, so it is evaluated again for this request.
    if (!isAllowed(result, methodArn(invocation))) throw new GatewayError('ACCESS_DENIED');
  };

  async function invoke(authorizer: Authorizer, invocation: Invocation): Promise<AuthorizerResult> {
    const answer = await functions
      .invoke(authorizer.functionArn, authorizerEvent(invocation), {
        caller: {
          principal: 'apigateway.amazonaws.com',
          sourceArn: authorizerArn(invocation.api, authorizer.id),
        },
        timeoutMs: authorizer.timeoutMs,
        signal: invocation.request.signal,
      })
      .catch((error: unknown) => {
        throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR', String(error));
      });
    if (!answer.ok && answer.errorMessage === 'Unauthorized') throw new GatewayError('UNAUTHORIZED');
    if (!answer.ok) throw new GatewayError('AUTHORIZER_FAILURE', `${answer.errorType}: ${answer.errorMessage}`);
    const result = readAuthorizerResult(answer.result);
    if (!result) throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR', 'the answer is not a policy');
    return result;
  }
};

const identityValue = (source: string, invocation: Invocation): string | undefined => mappedValue(source, invocation);
