import { readFileSync } from 'node:fs';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import tls from 'node:tls';
import { PACKAGE_DIRECTORY } from '../../lib/functions/bundles.ts';
import { selfSignedCertificate } from '../../test/support/backends/self-signed-certificate.ts';
import { freePortPair } from '../../test/support/memory/ports.ts';
import { installPythonPackages } from '../toolchains/python.ts';
import { type LoopbackHosts, redirectConnections } from './loopback-hosts.ts';

/** MiniStack and the AWS command line, every version pinned. */
const REQUIREMENTS = readFileSync(join(import.meta.dirname, 'emulator/requirements.txt'), 'utf8')
  .split('\n')
  .filter((line) => /^\w/.test(line));
/** Kept between runs, and ignored by Git. */
const FOLDER = join(PACKAGE_DIRECTORY, '.gatehouse/trial-deployment');
/** The parts of the project from which it is deployed. */
const DEPLOYED = ['bin', 'lib', 'lambdas', 'package.json', 'cdk.json'];

export const PROVIDER_HOST = 'login.trial.test';
export const REGION = 'us-east-1';

/** Where this run works, and what its processes have in common. */
export interface Surroundings {
  /** The folder of this run, with its logs. */
  readonly folder: string;
  /** A copy of the project, which has a configuration of its own. */
  readonly project: string;
  /** Folder of the programs `python` and `aws`. */
  readonly pythonPrograms: string;
  readonly emulatorPort: number;
  readonly edgePort: number;
  readonly providerPort: number;
  readonly hosts: LoopbackHosts;
  readonly certificate: { readonly key: string; readonly cert: string };
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Environment variables of an operator whose AWS is the emulator. */
  readonly operator: Readonly<Record<string, string>>;
}

/**
 * Prepares the folder, the programs, the ports and the certificate of one run. From then on this process reaches the
 * distribution and the provider by their names.
 *
 * @throws MissingToolError
 */
export const prepareSurroundings = async (): Promise<Surroundings> => {
  const pythonPrograms = await installPythonPackages(join(FOLDER, 'python'), REQUIREMENTS);
  const folder = join(FOLDER, 'run');
  await rm(folder, { recursive: true, force: true });
  const project = join(folder, 'project');
  await mkdir(project, { recursive: true });
  for (const part of DEPLOYED) await cp(join(PACKAGE_DIRECTORY, part), join(project, part), { recursive: true });
  await symlink(join(PACKAGE_DIRECTORY, 'node_modules'), join(project, 'node_modules'));

  // MiniStack writes CommonJS scripts there. Without this file they would count as modules, as the project's files do.
  const temporary = join(folder, 'temporary');
  await mkdir(temporary);
  await writeFile(join(temporary, 'package.json'), '{ "type": "commonjs" }');

  const emulatorPort = await freePortPair();
  const edgePort = await freePortPair();
  const providerPort = edgePort + 1;
  const hosts = { '*.cloudfront.net': edgePort, [PROVIDER_HOST]: providerPort };
  redirectConnections(hosts);

  const certificate = selfSignedCertificate('*.cloudfront.net', PROVIDER_HOST, 'localhost', '127.0.0.1');
  const certificateFile = join(folder, 'certificate.pem');
  const keyFile = join(folder, 'key.pem');
  await writeFile(certificateFile, certificate.cert);
  await writeFile(keyFile, certificate.key, { mode: 0o600 });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), certificate.cert]);

  const operator = {
    ...withoutSettings(process.env),
    PATH: [pythonPrograms, dirname(process.execPath), process.env.PATH].join(delimiter),
    AWS_ENDPOINT_URL: `https://127.0.0.1:${emulatorPort}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_CONFIG_FILE: join(folder, 'no-such-file'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-such-file'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    AWS_CA_BUNDLE: certificateFile,
    NODE_EXTRA_CA_CERTS: certificateFile,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NO_COLOR: '1',
    TMPDIR: temporary,
  };
  return {
    ...{ folder, project, pythonPrograms, emulatorPort, edgePort, providerPort, hosts },
    ...{ certificate, certificateFile, keyFile, operator },
  };
};

/** The operator's own settings of AWS and the CDK must not reach a trial. */
const withoutSettings = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || /^(AWS_|CDK_|NODE_OPTIONS$|PYTHON)/.test(name) ? [] : [[name, value]],
    ),
  );
