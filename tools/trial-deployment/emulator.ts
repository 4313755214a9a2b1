import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { timeLimitFactor } from '../../lambdas/core/settings.ts';
import { startServer } from '../toolchains/processes.ts';
import { LOOPBACK_HOSTS_VARIABLE } from './loopback-hosts.ts';
import type { Surroundings } from './surroundings.ts';

const START_LIMIT_MS = 120_000;
/** Two busy processors are slower than AWS. */
const TIME_LIMIT_FACTOR = 10;
/** An environment that nothing used for this long ends. */
const WARM_SECONDS = 120;

const here = (file: string): string => join(import.meta.dirname, file);
const preload = (file: string): string => `--import ${pathToFileURL(here(file))}`;

/** Starts MiniStack on the loopback interface, with its checks of signatures and IAM policies. */
export const startEmulator = async (surroundings: Surroundings): Promise<void> => {
  const { folder, operator, emulatorPort: port, hosts, certificateFile, keyFile } = surroundings;
  const { AWS_ENDPOINT_URL: endpoint, AWS_CA_BUNDLE: _bundle, ...environment } = operator;
  await startServer(join(surroundings.pythonPrograms, 'python'), [here('emulator/ministack_with_gaps_filled.py')], {
    cwd: folder,
    env: {
      ...environment,
      AUTH: 'true',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: 'false',
      LAMBDA_WARM_TTL_SECONDS: String(WARM_SECONDS),
      // The bucket of `cdk bootstrap` refuses requests without TLS.
      USE_SSL: '1',
      MINISTACK_SSL_CERT: certificateFile,
      MINISTACK_SSL_KEY: keyFile,
      // The functions' processes inherit these.
      NODE_OPTIONS: [preload('loopback-hosts.ts'), preload('emulator/streaming-handlers.ts')].join(' '),
      [LOOPBACK_HOSTS_VARIABLE]: JSON.stringify(hosts),
      [timeLimitFactor.variable]: String(TIME_LIMIT_FACTOR),
    },
    logFile: join(folder, 'ministack.log'),
    limitMs: START_LIMIT_MS,
    isReady: () =>
      fetch(`${endpoint}/_ministack/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
  });
};
