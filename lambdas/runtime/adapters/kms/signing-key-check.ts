import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { Clock, SigningKeyCheck, SigningKeyState } from '../../ports/index.ts';

/** How long each answer is cached. KMS charges for each call, and an operator may enable the key at any moment. */
const HOLDS_SECONDS = { enabled: 60, disabled: 10, deleted: 10, unknown: 10 } as const;

/** Checks whether KMS would sign with a key, without signing: the caller needs no permission to sign. */
export const signingKeyCheck = (client: KMSClient, now: Clock): SigningKeyCheck => {
  let known: { readonly keyArn: string; readonly state: SigningKeyState; readonly until: number } | undefined;
  return async (keyArn) => {
    if (known?.keyArn === keyArn && now() < known.until) return known.state;
    const state = await lookAt(client, keyArn);
    known = { keyArn, state, until: now() + HOLDS_SECONDS[state] };
    return state;
  };
};

const lookAt = async (client: KMSClient, keyArn: string): Promise<SigningKeyState> => {
  try {
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: keyArn }));
    const state = KeyMetadata?.KeyState;
    if (state === 'Enabled') return 'enabled';
    return state === 'PendingDeletion' ? 'deleted' : 'disabled';
  } catch (error) {
    return error instanceof Error && error.name === 'NotFoundException' ? 'deleted' : 'unknown';
  }
};
