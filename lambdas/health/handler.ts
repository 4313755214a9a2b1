import { UnavailableError } from '../core/oauth-error.ts';
import { type Handler, json, NO_STORE } from '../runtime/http/messages.ts';
import type { KeyRingStore, SecretCheck } from '../runtime/ports/index.ts';

export interface HealthDeps {
  readonly keyRing: KeyRingStore;
  /** Identity provider id → whether its credentials are there. */
  readonly secrets: ReadonlyMap<string, SecretCheck>;
}

/**
 * Whether this deployment can do its work. 503 when it can do none: there is no key to sign with. `degraded` when people
 * cannot log in at some provider, while everybody who is connected, and every machine, works on.
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

/** Everybody may read this: ids stand on the consent page already, and nothing more is told. */
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

/** As outputs of the stack are named. */
const pascalCase = (id: string): string =>
  id
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
