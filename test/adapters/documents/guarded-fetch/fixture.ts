import type { RequestListener } from 'node:http';
import { type GuardedFetchOptions, guardedFetch } from '../../../../lambdas/runtime/adapters/guarded-fetch.ts';
import { type DocumentHost, startDocumentHost } from '../../../support/backends/document-host.ts';

export const MAX_BYTES = 5 * 1024;
export const JSON_TYPE = { 'content-type': 'application/json' };

const open: { close: () => Promise<void> }[] = [];
export const opened = <T extends { close: () => Promise<void> }>(host: T): T => {
  open.push(host);
  return host;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((host) => host.close()));
});

export const serve = async (listener: RequestListener): Promise<DocumentHost> =>
  opened(await startDocumentHost(listener));
export const get = (host: { port: number }, options: GuardedFetchOptions = {}, path = '/client.json') =>
  guardedFetch({ dangerouslyAllowLoopback: true, ...options })(`http://127.0.0.1:${host.port}${path}`, MAX_BYTES);
