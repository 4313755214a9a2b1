import { parseArgs } from 'node:util';
import { isServiceUrl } from '../../lib/config/fields.ts';
import { isProviderKind, PROVIDER_KINDS, type ProviderKind } from './development-provider/kinds.ts';
import { PUBLIC_URL_EXPECTED, parsePublicUrl } from './public-url.ts';

export interface Arguments {
  /** 0 chooses any free pair of ports. */
  readonly port: number;
  readonly dataDir: string | undefined;
  readonly configFile: string | undefined;
  /** Kinds of development providers that replace the configured identity providers. */
  readonly providers: readonly ProviderKind[] | undefined;
  /** URL of the MCP server that replaces the backend of the first server. */
  readonly backend: string | undefined;
  /** The issuer, for example `https://name.example`. Undefined is `http://localhost` with the port. */
  readonly publicUrl: string | undefined;
  /** Whether users log in at the configured identity providers instead of development providers. */
  readonly realProviders: boolean;
  /** Client ids and secrets of real identity providers. */
  readonly secretsFile: string | undefined;
  /** Whether development providers may be offered at a public URL of another host. */
  readonly allowAnyone: boolean;
  /** Whether to print the administration commands, with this run's credentials. */
  readonly admin: boolean;
  readonly traceCalls: boolean;
  /** Whether each function starts with its first request, as it does after a deployment. */
  readonly cold: boolean;
  /** Factor by which every time limit is longer than in AWS. */
  readonly timeLimitFactor: number;
  readonly help: boolean;
}

/** The command line is invalid. The message says what to change. */
export class ArgumentError extends Error {}

export const USAGE = `Usage: npm start -- [options]

  --port PORT     serve on this port; the development provider uses the next one (default 4800)
  --data DIR      store clients, sessions and keys in DIR, so that they survive a restart (default: in memory)
  --config FILE   merge this JSON file over the configuration; comments are allowed
  --providers K,K replace the configured identity providers by development providers of these kinds:
                  google, github, auth0, okta, entra, clerk, cognito, oidc
  --backend URL   stand in front of your MCP server at this URL, such as http://localhost:3000/mcp
  --public-url URL
                  clients reach this run at this URL, such as that of a tunnel: it is the issuer, whatever Host arrives
  --real-providers
                  log in at the identity providers of the configuration. Asks for each client id and secret
  --secrets FILE  read them from this JSON file: {"google": {"client_id": "…", "client_secret": "…"}}
  --allow-anyone-on-the-internet
                  keep development providers, which take any login, at a public URL of another host
  --admin         print the administration commands for this run: rotate the signing key, end sessions
  --trace-calls   print one line of JSON for every request and for every call to an AWS service
  --cold          start each function with its first request, as AWS does; by default all start at once
  --time-limits N multiply every time limit of AWS by N (default 10; 1 keeps the limits of AWS)
  --help          show this text
`;

const DEFAULT_PORT = 4800;
const MAX_PORT = 65_534;
/** A busy laptop is much slower than AWS: with the limits of AWS its users would see timeouts. */
const DEFAULT_TIME_LIMIT_FACTOR = 10;
const MAX_TIME_LIMIT_FACTOR = 100;

/** @throws ArgumentError */
export const parseArguments = (argv: readonly string[]): Arguments => {
  const { values } = parse(argv);
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT || values.port?.trim() === '') {
    throw new ArgumentError(`--port ${values.port}: expected a whole number from 0 to ${MAX_PORT}`);
  }
  return {
    port,
    dataDir: nonEmpty('--data', values.data),
    configFile: nonEmpty('--config', values.config),
    ...parseProviders(values),
    backend: parseBackend(values.backend),
    publicUrl: parsePublic(values['public-url']),
    allowAnyone: values['allow-anyone-on-the-internet'] ?? false,
    admin: values.admin ?? false,
    traceCalls: values['trace-calls'] ?? false,
    cold: values.cold ?? false,
    timeLimitFactor: parseTimeLimitFactor(values['time-limits']),
    help: values.help ?? false,
  };
};

const parse = (argv: readonly string[]) => {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        config: { type: 'string' },
        providers: { type: 'string' },
        backend: { type: 'string' },
        'public-url': { type: 'string' },
        'real-providers': { type: 'boolean' },
        secrets: { type: 'string' },
        'allow-anyone-on-the-internet': { type: 'boolean' },
        admin: { type: 'boolean' },
        'trace-calls': { type: 'boolean' },
        cold: { type: 'boolean' },
        'time-limits': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const [problem] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new ArgumentError(`${problem}.\n\n${USAGE}`);
  }
};

const parseTimeLimitFactor = (value: string | undefined): number => {
  if (value === undefined) return DEFAULT_TIME_LIMIT_FACTOR;
  const factor = Number(value);
  if (value.trim() !== '' && factor >= 1 && factor <= MAX_TIME_LIMIT_FACTOR) return factor;
  throw new ArgumentError(`--time-limits ${value}: expected a number from 1 to ${MAX_TIME_LIMIT_FACTOR}`);
};

const parseBackend = (value: string | undefined): string | undefined => {
  if (value === undefined || isServiceUrl(value)) return value;
  throw new ArgumentError(
    `--backend ${value}: expected an absolute https:// URL without query, fragment or user (http:// only for localhost)`,
  );
};

const parsePublic = (value: string | undefined): string | undefined => {
  if (value === undefined) return undefined;
  const origin = parsePublicUrl(value);
  if (origin === undefined) throw new ArgumentError(`--public-url ${value}: expected ${PUBLIC_URL_EXPECTED}`);
  return origin;
};

const parseProviders = (
  values: ReturnType<typeof parse>['values'],
): Pick<Arguments, 'providers' | 'realProviders' | 'secretsFile'> => {
  const realProviders = values['real-providers'] ?? false;
  if (realProviders && values.providers !== undefined) {
    throw new ArgumentError('--providers: expected none with --real-providers, because it names development providers');
  }
  return {
    providers: parseProviderKinds(values.providers),
    realProviders,
    secretsFile: nonEmpty('--secrets', values.secrets),
  };
};

const parseProviderKinds = (value: string | undefined): readonly ProviderKind[] | undefined => {
  if (value === undefined) return undefined;
  const kinds = [...new Set(value.split(',').map((kind) => kind.trim()))];
  const unknown = kinds.find((kind) => !isProviderKind(kind));
  if (unknown !== undefined) {
    throw new ArgumentError(
      `--providers ${value}: expected kinds separated by commas (${Object.keys(PROVIDER_KINDS).join(', ')}), got "${unknown}"`,
    );
  }
  return kinds.filter(isProviderKind);
};

const nonEmpty = (option: string, value: string | undefined): string | undefined => {
  if (value === '') throw new ArgumentError(`${option}: expected a path, got nothing`);
  return value;
};
