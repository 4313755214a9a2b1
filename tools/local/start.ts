import { rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { timeLimitFactor } from '../../lambdas/core/settings.ts';
import { ArgumentError, type Arguments } from './arguments.ts';
import { newAssembly } from './assembly.ts';
import { createApiGateway, type Origin } from './cloud/api-gateway/index.ts';
import { createCloudFront } from './cloud/cloudfront/index.ts';
import { edgeListener, MAX_HEADER_BYTES } from './cloud/edge-server.ts';
import type { OnLog } from './cloud/lambda/execution-environment.ts';
import { type Listening, listenOnLocalhost, PortError } from './cloud/listen.ts';
import type { ResolvedTemplate } from './cloud/resolved-template.ts';
import type { OnCall } from './cloud/services/aws-json-server.ts';
import { assertUsable } from './cloud/services/data-folder.ts';
import { type Services, startServices } from './cloud/services/index.ts';
import { withSecretValues } from './cloud/template/dynamic-references.ts';
import { loadTemplate } from './cloud/template/index.ts';
import { readLocalConfiguration } from './configuration.ts';
import { printFunctionLog, printRequest, stepPrinter, traceCall, traceRequest } from './console.ts';
import { createIdentityProvider, providerKeys } from './development-provider/index.ts';
import {
  administrationCommands,
  clientSecretCommands,
  serverHeadersCommands,
  storeUpstreamClients,
} from './development-provider/upstream-clients.ts';
import { overview } from './overview.ts';
import { type Ask, readProviderSecrets } from './provider-secrets.ts';
import { isOnThisMachine, openLoginProblem } from './public-url.ts';

/** What the caller adds. `npm start` asks on its terminal; the other hooks are for tests. */
export interface Seams {
  /** Asks for missing secrets of real identity providers. */
  readonly ask?: Ask | undefined;
  /** Wraps each call to an AWS service. */
  readonly onCall?: OnCall;
  /** Wraps the development providers. */
  readonly beforeProvider?: (serve: RequestListener) => RequestListener;
  /** Receives every line that a function writes, unchanged. */
  readonly onLog?: OnLog;
}

/**
 * Synthesizes the stack and runs its template.
 *
 * @param print writes one line to the console
 * @param onCleanUp receives each clean-up step as soon as it is needed
 * @returns the URL of the first server, the template and the running services
 * @throws PortError, DataFolderError, ConfigurationFileError, ConfigurationError, TemplateError or Error, each with a message
 *   that tells the user what to change
 */
export const startLocalCloud = async (
  options: Arguments,
  print: (line: string) => void,
  onCleanUp: (undo: () => Promise<void> | void) => void,
  seams: Seams = {},
): Promise<{ readonly connectorUrl: string; readonly template: ResolvedTemplate; readonly services: Services }> => {
  const step = stepPrinter(print);
  let edge: Origin | undefined;
  const front = edgeListener(
    () => edge,
    (notice) => {
      if (options.traceCalls) traceRequest(print, notice);
      printRequest(print, notice);
    },
  );
  let provider: ReturnType<typeof createIdentityProvider> | undefined;
  const { port, providerPort } = await takePorts(options.port, onCleanUp, front, (request, response) =>
    provider ? provider(request, response) : response.writeHead(503, { 'retry-after': '1' }).end(),
  );
  const localOrigin = `http://localhost:${port}`;
  const origin = options.publicUrl ?? localOrigin;
  const providerOrigin = `http://localhost:${providerPort}`;

  if (options.dataDir !== undefined) await assertUsable(options.dataDir);

  step('Bundling the functions…');
  // esbuild runs in its own process, so the configuration is read at the same time.
  const { ensureBundles } = await import('../../lib/functions/bundles.ts');
  const bundled = ensureBundles();
  bundled.catch(() => {});
  const { readConfiguration } = await import('../../lib/config/cdk-json.ts');
  const { configuration, developmentProviders } = await readLocalConfiguration(
    readConfiguration(),
    options,
    (id) => `${providerOrigin}/${id}`,
  );
  const problem = openLoginProblem(developmentProviders, { origin, allowAnyone: options.allowAnyone });
  if (problem !== undefined) throw new ArgumentError(problem);
  const realProviders = Object.keys(configuration.identityProviders).filter((id) => !developmentProviders.includes(id));
  const providerSecrets =
    options.secretsFile === undefined ? {} : readProviderSecrets(options.secretsFile, realProviders);
  const keys = providerKeys(options.dataDir);
  keys.catch(() => {});
  await bundled;

  step('Synthesizing the stack…');
  const assembly = await newAssembly(configuration);
  onCleanUp(() => rm(assembly, { recursive: true, force: true }));
  const { template, notRun } = await loadTemplate(assembly, origin);

  const services = await startServices(template, {
    dataDir: options.dataDir,
    dynamoDbEndpoint: process.env.DYNAMODB_ENDPOINT,
    timeLimitFactor: options.timeLimitFactor,
    variables: { [timeLimitFactor.variable]: String(options.timeLimitFactor) },
    onStep: step,
    onLog: (log) => {
      seams.onLog?.(log);
      printFunctionLog(print, log);
    },
    onCall: (call, execute) => {
      if (options.traceCalls) traceCall(print, call);
      return seams.onCall ? seams.onCall(call, execute) : execute();
    },
  });
  onCleanUp(services.close);

  step('Starting the development provider…');
  const { clients, missing } = await storeUpstreamClients(template, services, {
    origin,
    configuration,
    developmentProviders,
    providerSecrets,
    ask: options.realProviders ? seams.ask : undefined,
  });
  const developmentProvider = createIdentityProvider(providerOrigin, clients, await keys);
  provider = seams.beforeProvider?.(developmentProvider) ?? developmentProvider;
  const deployed = await withSecretValues(template, async (SecretId) => {
    const { SecretString } = await services.asOperator('secretsmanager', 'GetSecretValue', { SecretId });
    return String(SecretString);
  });
  edge = createCloudFront(deployed, {
    domainName: new URL(origin).host,
    acceptsAnyHost: !isOnThisMachine(origin),
    origins: createApiGateway(template, {
      functions: services.functions,
      timeLimitFactor: options.timeLimitFactor,
    }),
  });
  step('Ready to serve');

  print(
    overview({
      origin,
      localOrigin,
      providerOrigin,
      configuration,
      developmentProviders,
      dataDir: options.dataDir,
      endpoints: services.endpoints,
      notRun,
      missingSecrets: missing,
      serverHeaders: serverHeadersCommands(template, services),
      clientSecrets: clientSecretCommands(template, services),
      administration: options.admin ? administrationCommands(template, services) : [],
    }),
  );
  if (!options.cold) void services.functions.prewarm();
  return { connectorUrl: `${origin}${Object.keys(configuration.servers)[0] ?? ''}`, template, services };
};

/**
 * Listens on a port and on the next one; port 0 chooses any free pair.
 *
 * @throws PortError
 */
const takePorts = async (
  wanted: number,
  onCleanUp: (undo: () => Promise<void>) => void,
  front: Parameters<typeof listenOnLocalhost>[0],
  provider: Parameters<typeof listenOnLocalhost>[0],
): Promise<{ port: number; providerPort: number }> => {
  const MAX_ATTEMPTS = 20;
  for (let attempt = 1; ; attempt++) {
    let first: Listening | undefined;
    try {
      first = await listenOnLocalhost(front, wanted, { maxHeaderSize: MAX_HEADER_BYTES });
      const second = await listenOnLocalhost(provider, first.port + 1);
      onCleanUp(first.close);
      onCleanUp(second.close);
      return { port: first.port, providerPort: second.port };
    } catch (error) {
      await first?.close();
      const retry = wanted === 0 && error instanceof PortError && attempt < MAX_ATTEMPTS;
      if (!retry) throw error;
    }
  }
};
