declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** An in-process DynamoDB; `path` is a LevelDB folder; without it the data is in memory. Closing the server closes the database. */
  export default function dynalite(options: { path?: string; createTableMs?: number; deleteTableMs?: number }): Server;
}
