import { parseArguments } from '../../../tools/local/arguments.ts';
import { CleanUp } from '../../../tools/local/cloud/clean-up.ts';
import { ofType } from '../../../tools/local/cloud/services/principals.ts';
import { startLocalCloud } from '../../../tools/local/start.ts';
import { eventProblems, eventsIn } from './event-problems.ts';
import { Secrets } from './secrets.ts';
import type { WatchOrder, WatchReport } from './watched-cloud.ts';
import { recordWire } from './wire-recorder.ts';

// The local cloud as `npm start` runs it, but it also records every secret that was sent and every line that a function
// wrote. It runs as a child process and reports to its parent.

const options = parseArguments(process.argv.slice(2));
const secrets = new Secrets();
recordWire(
  secrets,
  new Map([
    [options.port, 'our'],
    [options.port + 1, 'upstream'],
  ]),
);

const lines: string[] = [];
let taken = 0;
const cleanUp = new CleanUp();
const stop = async (): Promise<void> => {
  await cleanUp.run();
  process.exit(0);
};
process.on('SIGTERM', () => void stop());
process.on('disconnect', () => void stop());
const printed: string[] = [];
const print = (line: string): void => {
  printed.push(line);
  process.stdout.write(`${line}\n`);
};
process.on('unhandledRejection', (error) => print(`the local cloud failed: ${String(error)}`));

const { connectorUrl, template, services } = await startLocalCloud(options, print, cleanUp.add, {
  onLog: ({ text }) => void lines.push(text),
});

/** The secrets of the stack and the identity providers, generated or stored: the whole value and each JSON member. */
const readStoredSecrets = async (): Promise<void> => {
  for (const { physicalId, logicalId } of ofType(template, 'AWS::SecretsManager::Secret')) {
    const answer = await services.asOperator('secretsmanager', 'GetSecretValue', { SecretId: physicalId });
    const text = String(answer.SecretString ?? '');
    secrets.keep(`stored ${logicalId}`, text);
    for (const [, member = ''] of text.matchAll(/secret"\s*:\s*"([^"]+)"/g))
      secrets.keep(`stored ${logicalId}`, member);
  }
};

const report = async (): Promise<WatchReport> => {
  await readStoredSecrets().catch((error) => print(`stored secrets cannot be read: ${String(error)}`));
  const events = eventsIn(lines);
  return {
    secretCounts: secrets.counts(),
    leaks: secrets.leaksIn([...lines, ...printed].join('\n')),
    eventCount: events.length,
    eventProblems: [...new Set(events.flatMap(eventProblems))],
  };
};

const takeLines = (): readonly string[] => {
  const since = lines.slice(taken);
  taken = lines.length;
  return since;
};

const invoke = (name: string, event: unknown): Promise<unknown> => {
  const { arns } = services.functions;
  const [, arn] = [...arns].find(([logicalId]) => new RegExp(`${name}Function[0-9A-F]{8}$`).test(logicalId)) ?? [];
  return services.functions.invoke(String(arn), event);
};

process.on('message', async (order: WatchOrder) => {
  if (order === 'report') process.send?.(await report());
  else if (order === 'takeLines') process.send?.(takeLines());
  else if ('invoke' in order) process.send?.(await invoke(order.invoke, order.event));
  else {
    services.functions.setClock(order.clockOffsetSeconds * 1000);
    process.send?.('set');
  }
});

print(`ready ${connectorUrl}`);
