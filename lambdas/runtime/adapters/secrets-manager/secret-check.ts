import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock, SecretCheck } from '../../ports/index.ts';

/** How long each result is cached. An empty secret may be filled at any moment. */
const HOLDS_SECONDS = { filled: 300, empty: 10, unknown: 10 } as const;

/** Checks whether a secret has a value without reading it, so that the caller needs no permission to read it. */
export const secretCheck = (client: SecretsManagerClient, secretId: string, now: Clock): SecretCheck => {
  let known: { readonly state: Awaited<ReturnType<SecretCheck>>; readonly until: number } | undefined;
  return async () => {
    if (known && now() < known.until) return known.state;
    const state = await lookAt(client, secretId);
    known = { state, until: now() + HOLDS_SECONDS[state] };
    return state;
  };
};

const lookAt = async (client: SecretsManagerClient, secretId: string): ReturnType<SecretCheck> => {
  try {
    const { VersionIdsToStages: versions = {} } = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
    return Object.values(versions).some((stages) => stages.includes('AWSCURRENT')) ? 'filled' : 'empty';
  } catch {
    return 'unknown';
  }
};
