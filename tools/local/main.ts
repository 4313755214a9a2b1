import { ArgumentError, parseArguments, USAGE } from './arguments.ts';
import { CleanUp } from './cloud/clean-up.ts';
import { PortError } from './cloud/listen.ts';

// The cloud on a laptop: `npm start -- --port 4800 [--data DIR] [--config FILE]`.

/** How long the end of a run may take before it is forced. */
const CLOSE_LIMIT_MS = 2000;
const PARENT_CHECK_MS = 500;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const cleanUp = new CleanUp();
const end = async (): Promise<void> => {
  setTimeout(() => process.exit(), CLOSE_LIMIT_MS).unref();
  await cleanUp.run();
};

// More than one signal is usual: Ctrl-C reaches npm and this process, and npm passes its own on.
const stop = (): void => {
  if (cleanUp.hasBegun) return;
  process.exitCode = 0;
  void end().then(() => process.exit());
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// When npm was killed, or the shell it put in between ended without passing SIGTERM on, this run ends too.
if (process.env.npm_lifecycle_event === 'start') {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), PARENT_CHECK_MS).unref();
}
// A reader that has gone (`npm start | head`) ends the run as Ctrl-C does.
process.stdout.on('error', stop);

// Whatever one request broke must not end the others.
process.on('unhandledRejection', (error) => {
  print(`           the local cloud failed: ${error instanceof Error ? error.stack : String(error)}`);
});

const describe = (error: unknown): string => {
  if (error instanceof PortError) {
    return `${error.message}: stop what listens there, or choose another with --port PORT (PORT and PORT+1 are needed).`;
  }
  if (!(error instanceof Error)) return String(error);
  // An error of the language itself is a fault of this program; everything else is said in its message.
  const isFault = [TypeError, RangeError, ReferenceError, SyntaxError].some((type) => error instanceof type);
  return isFault ? (error.stack ?? error.message) : error.message;
};

const fail = async (error: unknown): Promise<void> => {
  const text = error instanceof ArgumentError ? error.message : `Gatehouse cannot start: ${describe(error)}`;
  process.stderr.write(`\n${text}\n`);
  process.exitCode = 1;
  await end();
  process.exit();
};

try {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) {
    print(USAGE);
  } else {
    print('Gatehouse: the cloud on this machine\n');
    // Half a second of loading: whoever waits has already been told that something happens.
    const { startLocalCloud } = await import('./start.ts');
    const { connectorUrl } = await startLocalCloud(options, print, cleanUp.add);
    print(`ready ${connectorUrl}`);
  }
} catch (error) {
  // What breaks because the run is being ended is no news.
  if (!cleanUp.hasBegun) await fail(error);
}
