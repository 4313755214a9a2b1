import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArguments } from '../../../tools/local/arguments.ts';
import { CleanUp } from '../../../tools/local/cloud/clean-up.ts';
import { startLocalCloud } from '../../../tools/local/start.ts';

// Runs any number of local clouds in one process, so that the CDK and other modules are loaded only once. Each
// connection is one run. Its first line is the command line as JSON, and the output is sent back. Closing the
// connection on either side ends the run.

const serve = async (socket: Socket): Promise<void> => {
  const cleanUp = new CleanUp();
  const end = async (): Promise<void> => {
    if (cleanUp.hasBegun) return;
    await cleanUp.run();
    socket.end();
  };
  const print = (line: string): void => void socket.write(`${line}\n`);
  socket.on('error', () => void end());
  const lines = createInterface({ input: socket }).on('close', () => void end());
  try {
    const [args] = (await once(lines, 'line')) as [string];
    const { connectorUrl } = await startLocalCloud(parseArguments(JSON.parse(args)), print, cleanUp.add);
    print(`ready ${connectorUrl}`);
  } catch (error) {
    print(String(error));
    await end();
  }
};

process.on('disconnect', () => process.exit(0));
process.on('unhandledRejection', (error) => process.stderr.write(`a local cloud failed: ${String(error)}\n`));
const server = createServer({ allowHalfOpen: true }, (socket) => void serve(socket));
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
