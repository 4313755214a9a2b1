import { parseArgs } from 'node:util';
import { isProviderKind, PROVIDER_KINDS, type ProviderKind } from './development-provider/kinds.ts';

export interface Arguments {
  /** 0 takes any free pair of ports. */
  readonly port: number;
  readonly dataDir: string | undefined;
  readonly configFile: string | undefined;
  /** Kinds of development providers in place of the configured identity providers. */
  readonly providers: readonly ProviderKind[] | undefined;
  /** Whether to print the administrator's commands, with this run's credentials. */
  readonly admin: boolean;
  readonly traceCalls: boolean;
  /** Whether functions wait for their first request, as they do after a deployment. */
  readonly cold: boolean;
  /** How many times longer every limit of time is than in AWS. */
  readonly timeLimitFactor: number;
  readonly help: boolean;
}

/** The command line cannot be understood. The message says what to change. */
export class ArgumentError extends Error {}

export const USAGE = `Usage: npm start -- [options]

  --port PORT     where to serve; the development provider takes the next port (default 4800)
  --data DIR      keep clients, sessions and keys in DIR, so that they survive a restart (default: in memory)
  --config FILE   JSON that is laid over context.gatehouse of cdk.json
  --providers K,K a development provider of each kind, in place of the configured ones:
                  google, github, auth0, okta, entra, clerk, cognito, oidc
  --admin         print the administrator's commands against this run: rotate the signing key, log people out
  --trace-calls   print a line of JSON for every call to an AWS service, and for every request
  --cold          start each function with its first request, as AWS does, and not all of them beforehand
  --time-limits N make every limit of time N times longer than in AWS (default 10); 1 is as in AWS
  --help          show this
`;

const DEFAULT_PORT = 4800;
const MAX_PORT = 65_534;
/** A laptop that is busy with other work is much slower than AWS, and its user would meet timeouts. */
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
    providers: providerKinds(values.providers),
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

const providerKinds = (value: string | undefined): readonly ProviderKind[] | undefined => {
  if (value === undefined) return undefined;
  const kinds = [...new Set(value.split(',').map((kind) => kind.trim()))];
  const unknown = kinds.find((kind) => !isProviderKind(kind));
  if (unknown !== undefined) {
    throw new ArgumentError(
      `--providers ${value}: expected kinds separated by commas, of ${Object.keys(PROVIDER_KINDS).join(', ')}, got "${unknown}"`,
    );
  }
  return kinds.filter(isProviderKind);
};

const nonEmpty = (option: string, value: string | undefined): string | undefined => {
  if (value === '') throw new ArgumentError(`${option}: expected a path, got nothing`);
  return value;
};
