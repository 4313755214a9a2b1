import { readClientSecret } from '../cloud/secrets.ts';
import { newAssertionKey } from '../credentials/client-assertions.ts';
import { type FaultyCloud, startFaultyCloud } from './faulty-cloud.ts';

/** Configured machine clients: one authenticates by secret, one by key. */
export interface Machine {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly keyClientId: string;
  readonly key: Awaited<ReturnType<typeof newAssertionKey>>;
  /** Secret of the server's resource client, `resource-mcp`. */
  readonly resourceSecret: string;
}

/** A cloud with fault injection, and everything else that the flows of the walk need. */
export interface WalkGround extends FaultyCloud {
  readonly machine: Machine;
}

interface Configuration {
  readonly identityProviders?: object;
  readonly rememberConsent?: boolean;
}

/** @param configuration added to what every flow needs */
export const startWalkGround = async ({
  identityProviders,
  ...configuration
}: Configuration = {}): Promise<WalkGround> => {
  const key = await newAssertionKey();
  const machine = { name: 'Machine', grantTypes: ['client_credentials'], scopes: ['mcp'] };
  const cloud = await startFaultyCloud({
    config: {
      ...configuration,
      servers: { '/mcp': { resourceClient: true } },
      identityProviders: {
        checked: { kind: 'github', recheck: true, keepTokens: true },
        ...identityProviders,
      },
      clients: {
        'nightly-report': { ...machine, authentication: 'client_secret_basic' },
        'build-agent': { ...machine, authentication: 'private_key_jwt', jwks: key.jwks },
      },
    },
  });
  const clientSecret = await readClientSecret(cloud.output(), 'nightly-report');
  const resourceSecret = await readClientSecret(cloud.output(), 'resource-mcp');
  return {
    ...cloud,
    machine: { clientId: 'nightly-report', clientSecret, keyClientId: 'build-agent', key, resourceSecret },
  };
};
