import { UnavailableError } from '../core/oauth-error.ts';
import { type Handler, json, NO_STORE } from '../runtime/http/messages.ts';
import type { KeyRingStore, SecretCheck } from '../runtime/ports/index.ts';

export interface HealthDeps {
  readonly keyRing: KeyRingStore;
  /** For each identity provider id, the check whether its credentials exist. */
  readonly secrets: ReadonlyMap<string, SecretCheck>;
}

/**
 * Reports whether this deployment works. It answers 503 without an active signing key, because no token can be issued.
 * It reports `degraded` when users cannot log in at some provider, which does not affect existing connections.
 */
export const healthHandler =
  (deps: HealthDeps): Handler =>
  async () => {
    const [ring, problems] = await Promise.all([deps.keyRing.readKeyRing(), findProblems(deps)]);
    if (!ring?.keys.some((key) => key.state === 'active')) {
      throw new UnavailableError('key ring', new Error('no active signing key: the first deployment has not finished'));
    }
    return json(200, problems.length === 0 ? { status: 'ok' } : { status: 'degraded', problems }, NO_STORE);
  };

/** This endpoint is public. It reveals only the providers' ids, which the consent page shows too. */
const findProblems = async ({ secrets }: HealthDeps): Promise<string[]> => {
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
