import { describeError } from '../core/describe-error.ts';
import { retryAfterSeconds } from '../core/net/retry-after.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { activeKey } from '../core/tokens/key-ring.ts';
import { type Handler, json, NO_STORE } from '../runtime/http/messages.ts';
import type { KeyRingStore, SecretCheck, SigningKeyCheck, SigningKeyState } from '../runtime/ports/index.ts';

export interface HealthDeps {
  readonly keyRing: KeyRingStore;
  readonly signingKey: SigningKeyCheck;
  /** For each identity provider id, the check whether its credentials exist. */
  readonly secrets: ReadonlyMap<string, SecretCheck>;
}

/**
 * Reports whether this deployment works. While no token can be issued, it answers 503 and says what is missing. It reports
 * `degraded` when users cannot log in at some provider, which does not affect existing connections.
 */
export const healthHandler =
  (deps: HealthDeps): Handler =>
  async () => {
    const checks = await Promise.all([findSigningProblems(deps), findSecretProblems(deps)]);
    const problems = checks.flat();
    return json(200, problems.length === 0 ? { status: 'ok' } : { status: 'degraded', problems }, NO_STORE);
  };

/** Why KMS does not sign, for the states in which it surely does not. */
const CANNOT_SIGN: Partial<Record<SigningKeyState, string>> = {
  disabled: 'the signing key is disabled in KMS',
  deleted: 'the signing key is deleted in KMS, or scheduled for deletion',
};

/** @throws OAuthError while no token can be issued */
const findSigningProblems = async ({ keyRing, signingKey }: HealthDeps): Promise<string[]> => {
  const ring = await keyRing.readKeyRing().catch((error: unknown) => {
    throw cannotIssue('the key ring cannot be read', error);
  });
  const key = ring && activeKey(ring);
  if (key === undefined) throw cannotIssue('there is no signing key, because the first deployment has not finished');
  const state = await signingKey(key.keyArn);
  const reason = CANNOT_SIGN[state];
  if (reason !== undefined) throw cannotIssue(reason);
  return state === 'unknown' ? ['signing key: KMS does not say whether it can sign'] : [];
};

/** This endpoint is public. The reason names no key, table or account; the log has the cause. */
const cannotIssue = (reason: string, cause?: unknown): OAuthError =>
  new OAuthError('temporarily_unavailable', `No token can be issued: ${reason}.`, {
    ...(cause === undefined ? {} : { detail: describeError(cause), cause }),
    headers: { 'retry-after': String(retryAfterSeconds(Math.random())) },
  });

/** They reveal only the providers' ids, which the consent page shows too. */
const findSecretProblems = async ({ secrets }: HealthDeps): Promise<string[]> => {
  const checks = [...secrets].map(async ([id, check]) => problemOf(id, await check()));
  return (await Promise.all(checks)).filter((problem) => problem !== undefined);
};

const problemOf = (id: string, state: Awaited<ReturnType<SecretCheck>>): string | undefined => {
  const provider = `identity provider "${id}"`;
  if (state === 'unknown') return `${provider}: Secrets Manager does not say whether there is a secret`;
  if (state === 'filled') return undefined;
  return `${provider}: no secret yet; run the command that cdk deploy printed as SecretCommand${pascalCase(id)}`;
};

/** The form of the names of stack outputs. */
const pascalCase = (id: string): string =>
  id
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
