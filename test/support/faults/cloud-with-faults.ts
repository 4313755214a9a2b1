import { parseArguments } from '../../../tools/local/arguments.ts';
import { CleanUp } from '../../../tools/local/cloud/clean-up.ts';
import { ofType } from '../../../tools/local/cloud/services/principals.ts';
import { startLocalCloud } from '../../../tools/local/start.ts';
import type { CloudControl, ControlAnswer, ControlRequest } from './control.ts';
import { Faults } from './injection/faults.ts';

// Runs the local cloud with fault injection in a process of its own. Orders arrive on the channel to the parent process,
// which `npm start` does not have.

const faults = new Faults((logicalId) => services.functions.crash(logicalId));
const lines: string[] = [];
const cleanUp = new CleanUp();
const stop = async (): Promise<void> => {
  await cleanUp.run();
  process.exit(0);
};
process.on('SIGTERM', () => void stop());
process.on('disconnect', () => void stop());

const { connectorUrl, template, services } = await startLocalCloud(
  parseArguments(process.argv.slice(2)),
  (line) => process.stdout.write(`${line}\n`),
  cleanUp.add,
  { onCall: faults.onCall, beforeProvider: faults.before, onLog: ({ text }) => lines.push(text) },
);

const control: CloudControl = {
  arm: async (...armed) => faults.arm(...armed),
  disarm: async () => faults.disarm(),
  record: async () => faults.record(),
  recorded: async () => faults.recorded(),
  prewarm: () => services.functions.prewarm(),
  crash: () => services.functions.crash(),
  restart: async (options) => services.functions.restart(options),
  tables: async () =>
    ofType(template, 'AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(({ physicalId }) => physicalId),
  functions: async () => [...services.functions.arns.keys()],
  invoke: async (logicalId, event) =>
    services.functions.invoke(services.functions.arns.get(logicalId) ?? logicalId, event),
  asOperator: async (service, action, input) => services.asOperator(service, action, input),
  takeLog: async () => lines.splice(0).join('\n'),
};

process.on('message', async ({ id, order, parameters }: ControlRequest) => {
  const run = control[order] as (...parameters: readonly unknown[]) => Promise<unknown>;
  const answer: ControlAnswer = await run(...parameters).then(
    (result) => ({ id, result }),
    (error: unknown) => ({ id, error: String(error) }),
  );
  process.send?.(answer);
});

process.stdout.write(`ready ${connectorUrl}\n`);
