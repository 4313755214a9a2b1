import type { Configuration } from '../../lib/config/configuration.ts';
import { issuerOf } from '../../lib/config/identity-providers.ts';
import type { ServiceEndpoints } from './cloud/lambda/definition.ts';

export interface OverviewOptions {
  /** The issuer. */
  readonly origin: string;
  /** Where the run listens. */
  readonly localOrigin: string;
  readonly providerOrigin: string;
  readonly configuration: Configuration;
  readonly developmentProviders: readonly string[];
  readonly dataDir: string | undefined;
  readonly endpoints: ServiceEndpoints;
  readonly notRun: ReadonlyMap<string, number>;
  /** Commands that fill the secrets of providers that the development provider does not replace. */
  readonly missingSecrets: readonly string[];
  /** Commands that store the headers of MCP servers that get a credential. */
  readonly serverHeaders: readonly string[];
  /** Commands that show the secrets of configured clients, and the initial access token of registrations. */
  readonly clientSecrets: readonly string[];
  /** Commands that rotate the signing key and end sessions. */
  readonly administration: readonly string[];
}

/** The text that `npm start` prints when it serves: the addresses, and what to do next. */
export const overview = (options: OverviewOptions): string => {
  const { origin, localOrigin, configuration, developmentProviders, endpoints } = options;
  const urls = Object.keys(configuration.servers).map((path) => `${origin}${path}`);
  const [first = origin] = urls;
  const hasExample = Object.values(configuration.servers).some(({ backend }) => backend.kind === 'example');
  const existingFunctions = Object.entries(configuration.servers)
    .filter(([, { backend }]) => backend.kind === 'lambda')
    .map(([path]) => path);
  const providers = Object.entries(configuration.identityProviders).map(([id, provider]) =>
    developmentProviders.includes(id)
      ? `${options.providerOrigin}/${id}  (development provider${provider.kind === 'oidc' ? '' : ` that behaves like ${provider.kind}`}: any login name, no password)`
      : `${issuerOf(provider) ?? 'a user pool'}  (as configured)`,
  );
  return [
    '',
    ...urls.map((url) => row('Connector URL', url)),
    row('Issuer', origin),
    ...(origin === localOrigin ? [] : [row('Listens on', `${localOrigin}  (point your tunnel or proxy there)`)]),
    ...providers.map((provider) => row('Log in at', provider)),
    row('Data', options.dataDir ?? 'in memory, lost when this run ends (--data DIR keeps it)'),
    row(
      'Services',
      `DynamoDB ${endpoints.dynamodb}, KMS ${endpoints.kms}, Secrets Manager ${endpoints.secretsManager}, Lambda ${endpoints.lambda}`,
    ),
    ...(options.notRun.size > 0 ? [row('Not run here', describeNotRun(options.notRun))] : []),
    '',
    '  What next',
    `    Connect an MCP client to ${first}`,
    `      Claude Code   claude mcp add --transport http gatehouse ${first}`,
    `      Inspector     npx @modelcontextprotocol/inspector, then choose "Streamable HTTP" and enter this URL`,
    `    The consent page opens in your browser. Approve, then ${developmentProviders.length > 0 ? 'enter any login name' : 'log in'}.`,
    ...(origin !== localOrigin && developmentProviders.length > 0
      ? ['    Use a browser on this machine: no other one reaches the development provider.']
      : []),
    ...(hasExample
      ? [
          '    The example server has two tools. "whoami" returns your identity as the server sees it. "danger_reset" needs a scope',
          '    of its own: clients of the 2026-07-28 revision ask you for that scope when you call the tool.',
        ]
      : []),
    ...existingFunctions.map(
      (path) => `    The function behind ${path} is not part of the stack, so its requests fail in the local run.`,
    ),
    `    To see the first response that a client gets:  curl -i -X POST ${first}`,
    ...options.missingSecrets.flatMap((command) => [
      '',
      '  Users can log in at this provider once you have stored its credentials:',
      `    ${command}`,
    ]),
    ...options.serverHeaders.flatMap((command) => [
      '',
      '  Requests reach this server once you have stored the values of its headers:',
      `    ${command}`,
    ]),
    ...(options.clientSecrets.length > 0
      ? ['', '  To show what clients need, such as their secrets or the token for registration:']
      : []),
    ...options.clientSecrets.map((command) => `    ${command}`),
    ...(options.administration.length > 0
      ? ['', '  To rotate the signing key or end sessions (docs/runbook.md):']
      : []),
    ...options.administration.map((command) => `    ${command}`),
    '',
    '  Each request is printed below. Press Ctrl-C to stop.',
    '',
  ].join('\n');
};

const LABEL_CHARACTERS = 15;
const row = (label: string, text: string): string => `  ${label.padEnd(LABEL_CHARACTERS)}${text}`;

const describeNotRun = (notRun: ReadonlyMap<string, number>): string =>
  [...notRun].map(([kind, count]) => `${count} × ${kind}`).join(', ');
