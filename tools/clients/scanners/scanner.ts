import type { User } from '../../../test/support/browser/user.ts';

/** What a scanner looks at. */
export interface Target {
  readonly origin: string;
  /** The MCP server that is scanned, and another one of the same authorization server. */
  readonly url: string;
  readonly otherUrl: string;
  readonly accessToken: string;
  /** Signs in where a scanner needs a browser. */
  readonly user: User;
  /** A home folder for the scanner's own files. */
  readonly home: string;
}

/** Something that a scanner complains of. */
export interface Finding {
  readonly id: string;
  readonly message: string;
}

export interface Report {
  /** How many checks it made, or how many requests. */
  readonly checks: number;
  readonly findings: readonly Finding[];
}

export interface Scanner {
  readonly name: string;
  readonly version: string;
  /** Lines of a requirements file: every scanner is a Python program. */
  readonly packages: readonly string[];
  /** @param programs the folder of its programs */
  readonly scan: (programs: string, target: Target) => Promise<Report>;
  /** Finding → why it is none for us. */
  readonly explained: Readonly<Record<string, string>>;
}
