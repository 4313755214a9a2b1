import { parseArgs } from 'node:util';
import { isProviderKind, PROVIDER_KINDS, type ProviderKind } from './development-provider/kinds.ts';

export interface Arguments {
  /** 0 chooses any free pair of ports. */
  readonly port: number;
  readonly dataDir: string | undefined;
  readonly configFile: string | undefined;
  /** Kinds of development providers that replace the configured identity providers. */
  readonly providers: readonly ProviderKind[] | undefined;
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
    providers: parseProviderKinds(values.providers),
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
