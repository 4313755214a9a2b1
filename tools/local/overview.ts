import type { Configuration } from '../../lib/config/configuration.ts';
import { issuerOf } from '../../lib/config/identity-providers.ts';
import type { ServiceEndpoints } from './cloud/lambda/definition.ts';

export interface OverviewOptions {
  readonly origin: string;
  readonly providerOrigin: string;
  readonly configuration: Configuration;
  readonly developmentProviders: readonly string[];
  readonly dataDir: string | undefined;
  readonly endpoints: ServiceEndpoints;
  readonly notRun: ReadonlyMap<string, number>;
  /** Commands that fill the secrets of providers that the development provider does not stand in for. */
  readonly missingSecrets: readonly string[];
  /** Commands that show the secrets of configured clients. */
  readonly clientSecrets: readonly string[];
  /** Commands that rotate keys and log people out. */
  readonly administration: readonly string[];
}

/** Where everything is and what to do next. */
export const overview = (options: OverviewOptions): string => {
  const { origin, configuration, developmentProviders, endpoints } = options;
  const urls = Object.keys(configuration.servers).map((path) => `${origin}${path}`);
  const [first = origin] = urls;
  const hasExample = Object.values(configuration.servers).some(({ backend }) => backend.kind === 'example');
  const ownFunctions = Object.entries(configuration.servers)
    .filter(([, { backend }]) => backend.kind === 'lambda')
    .map(([path]) => path);
  const providers = Object.entries(configuration.identityProviders).map(([id, provider]) =>
    developmentProviders.includes(id)
      ? `${options.providerOrigin}/${id}  (development provider${provider.kind === 'oidc' ? '' : ` that answers as ${provider.kind} does`}: takes any login name, no password)`
      : `${issuerOf(provider) ?? 'a user pool'}  (as configured)`,
  );
  return [
    '',
    ...urls.map((url) => row('Connector URL', url)),
    row('Issuer', origin),
    ...providers.map((provider) => row('Log in at', provider)),
    row('Data', options.dataDir ?? 'in memory, gone when this run ends (--data DIR keeps it)'),
    row(
      'Services',
      `DynamoDB ${endpoints.dynamodb}, KMS ${endpoints.kms}, Secrets Manager ${endpoints.secretsManager}, Lambda ${endpoints.lambda}`,
    ),
    ...(options.notRun.size > 0 ? [row('Not run here', describeNotRun(options.notRun))] : []),
    '',
    '  What next',
    `    Connect any MCP client to ${first}`,
    `      Claude Code   claude mcp add --transport http gatehouse ${first}`,
    `      Inspector     npx @modelcontextprotocol/inspector, then transport "Streamable HTTP" and this URL`,
    `    A page opens in the browser: approve, ${developmentProviders.length > 0 ? 'type any login name' : 'log in'}, and you are connected.`,
    ...(hasExample
      ? [
          '    The example server has a tool "whoami", which says who you are to it, and "danger_reset", which needs a scope',
          '    of its own: a client of the 2026-07-28 revision asks you for it when the tool is called.',
        ]
      : []),
    ...ownFunctions.map(
      (path) => `    The function behind ${path} is not part of the stack: here, its answers are errors.`,
    ),
    `    What a client sees first:  curl -i -X POST ${first}`,
    ...options.missingSecrets.flatMap((command) => [
      '',
      '  Before anybody can log in at a provider as configured, store its credentials:',
      `    ${command}`,
    ]),
    ...(options.clientSecrets.length > 0 ? ['', '  Secrets of configured clients'] : []),
    ...options.clientSecrets.map((command) => `    ${command}`),
    ...(options.administration.length > 0
      ? ['', '  For the administrator: the signing key, and logging out (docs/runbook.md)']
      : []),
    ...options.administration.map((command) => `    ${command}`),
    '',
    '  One line per request follows. Ctrl-C ends the run.',
    '',
  ].join('\n');
};

const LABEL_CHARACTERS = 15;
const row = (label: string, text: string): string => `  ${label.padEnd(LABEL_CHARACTERS)}${text}`;

const describeNotRun = (notRun: ReadonlyMap<string, number>): string =>
  [...notRun].map(([kind, count]) => `${count} × ${kind}`).join(', ');
