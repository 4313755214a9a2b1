import prepareRun from '../../test/support/cloud/files-of-this-run.ts';
import { startLocalCloud } from '../../test/support/cloud/local-cloud.ts';
import { CLIENTS } from './clients.ts';
import { ACCESS_TOKEN_SECONDS, GOOD, playSession, REQUESTS_PER_MINUTE, type Row } from './session.ts';
import { tableOf } from './table.ts';

// `npm run clients [-- name…]`: clients that others wrote log in, call tools, refresh and step up against the local run.
// Exit code 1 if one of them failed; a client that cannot be installed here is skipped, with the reason.

const AT_ONCE = 3;

prepareRun();
const wanted = process.argv.slice(2);
const clients = CLIENTS.filter(({ name, version }) => {
  return wanted.length === 0 || wanted.some((part) => `${name} ${version}`.includes(part));
});
const cloud = await startLocalCloud({
  config: {
    // Their documents are on the internet, so these clients register instead.
    clientDocuments: { advertise: false },
    lifetimes: { accessTokenSeconds: ACCESS_TOKEN_SECONDS },
    servers: { '/mcp': { rateLimit: { requestsPerMinute: REQUESTS_PER_MINUTE } } },
  },
});

const rows: Row[] = [];
const waiting = [...clients];
const work = async (): Promise<void> => {
  for (let client = waiting.shift(); client; client = waiting.shift()) {
    const row = await playSession(client, cloud);
    rows.push(row);
    process.stdout.write(`${client.name} ${client.version}: ${row.skipped ? `skipped, ${row.skipped}` : 'done'}\n`);
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, work));
await cloud.stop();

const inOrder = rows.toSorted((a, b) => clients.indexOf(a.client) - clients.indexOf(b.client));
process.stdout.write(`\n${tableOf(inOrder)}\n`);
for (const { client, errors } of inOrder) {
  for (const error of errors) process.stdout.write(`${client.name} ${client.version}, ${error}\n`);
}
const failed = inOrder.filter(({ steps }) => Object.values(steps).some((verdict) => !GOOD.has(verdict)));
process.exit(failed.length === 0 ? 0 : 1);
