import { ArgumentError, parseArguments, USAGE } from './arguments.ts';
import { CleanUp } from './cloud/clean-up.ts';
import { PortError } from './cloud/listen.ts';
import { stepPrinter } from './console.ts';
import { terminalPrompt } from './prompt.ts';

// Runs the stack on this machine: `npm start -- --port 4800 [--data DIR] [--config FILE] [--backend URL]`.

/** Time that a run gets to clean up before the process exits. */
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

// Several signals are normal: Ctrl-C reaches both npm and this process, and npm forwards its own.
const stop = (): void => {
  if (cleanUp.hasBegun) return;
  process.exitCode = 0;
  void end().then(() => process.exit());
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// This run also ends when npm is killed, or when the shell between them exits without forwarding SIGTERM.
if (process.env.npm_lifecycle_event === 'start') {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), PARENT_CHECK_MS).unref();
}
// A closed pipe (`npm start | head`) ends the run as Ctrl-C does.
process.stdout.on('error', stop);

// An error in one request must not end the other requests.
process.on('unhandledRejection', (error) => {
  print(`           the local cloud failed: ${error instanceof Error ? error.stack : String(error)}`);
});

const describe = (error: unknown): string => {
  if (error instanceof PortError) {
    return `${error.message}: stop the process that listens there, or choose another port with --port PORT (PORT and PORT+1 are needed).`;
  }
  if (!(error instanceof Error)) return String(error);
  // These types are bugs of this program, so the stack is shown. All other errors explain themselves in their message.
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
    print('Gatehouse local run\n');
    // The modules take half a second to load, so the first step is printed before they are.
    stepPrinter(print)('Loading the local cloud…');
    const { startLocalCloud } = await import('./start.ts');
    const { connectorUrl } = await startLocalCloud(options, print, cleanUp.add, {
      ask: terminalPrompt(process.stdin, process.stdout, stop),
    });
    print(`ready ${connectorUrl}`);
  }
} catch (error) {
  // Errors during the clean-up are expected: what they used is already closed.
  if (!cleanUp.hasBegun) await fail(error);
}
