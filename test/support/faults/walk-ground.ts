import { newAssertionKey } from '../client-assertions.ts';
import { readClientSecret } from '../client-secrets.ts';
import { Canaries } from './canaries.ts';
import { type FaultyCloud, startFaultyCloud } from './faulty-cloud.ts';
import type { FlowUnderFaults } from './flow.ts';
import { flowsFor } from './flows.ts';
import { FaultWalk } from './walk.ts';

/** A cloud with all that the flows of the walk need. */
export interface WalkGround {
  readonly cloud: FaultyCloud;
  readonly flows: readonly FlowUnderFaults[];
  readonly walk: FaultWalk;
  readonly stop: () => Promise<void>;
}

export const startWalkGround = async (): Promise<WalkGround> => {
  const key = await newAssertionKey();
  const cloud = await startFaultyCloud({
    config: {
      clients: {
        'nightly-report': {
          name: 'Nightly report',
          authentication: 'client_secret_basic',
          grantTypes: ['client_credentials'],
          scopes: ['mcp'],
        },
        'build-agent': {
          name: 'Build agent',
          authentication: 'private_key_jwt',
          jwks: key.jwks,
          grantTypes: ['client_credentials'],
          scopes: ['mcp'],
        },
      },
    },
  });
  const canaries = new Canaries();
  canaries.listen();
  const clientSecret = await readClientSecret(cloud.output(), 'nightly-report');
  const flows = flowsFor({ clientId: 'nightly-report', clientSecret, key, keyClientId: 'build-agent' });
  return {
    cloud,
    flows,
    walk: new FaultWalk(cloud, canaries),
    stop: async () => {
      canaries.stop();
      await cloud.stop();
    },
  };
};
