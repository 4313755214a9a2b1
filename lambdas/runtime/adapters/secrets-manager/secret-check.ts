import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock, SecretCheck } from '../../ports/index.ts';

/** How long an answer holds: a value stays, while somebody may be filling an empty secret right now. */
const HOLDS_SECONDS = { filled: 300, empty: 10, unknown: 10 } as const;

/** Whether a secret has a value, without reading it: whoever asks needs no right to. */
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
