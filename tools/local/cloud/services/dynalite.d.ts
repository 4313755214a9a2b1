declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** An in-process DynamoDB; `path` is a LevelDB folder, in memory without it. Closing the server closes the database. */
  export default function dynalite(options: { path?: string; createTableMs?: number; deleteTableMs?: number }): Server;
}
