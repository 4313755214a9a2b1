import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { resolve } from 'node:path';
import type { CloudRun } from './cloud-run.ts';

const VARIABLE = 'GATEHOUSE_TEST_CLOUD_HOST';

/** Starts the process in which the local clouds of all tests of this run take place. */
export const startCloudHost = async (): Promise<ChildProcess> => {
  const child = fork(resolve(import.meta.dirname, 'cloud-host-entry.ts'));
  const [{ port }] = (await once(child, 'message')) as [AddressInfo];
  process.env[VARIABLE] = String(port);
  return child;
};

/** Whether this run of tests has such a process: `npm run stress`, and tests of the parts, have none. */
export const hasCloudHost = (): boolean => process.env[VARIABLE] !== undefined;

/** A run in that process, with the command line of `npm start`. */
export const runInCloudHost = (args: readonly string[]): CloudRun => {
  const socket = connect({ host: '127.0.0.1', port: Number(process.env[VARIABLE]), allowHalfOpen: true });
  socket.write(`${JSON.stringify(args)}\n`);
  return { streams: [socket], ended: once(socket, 'end').then(() => 0), end: () => void socket.end() };
};
