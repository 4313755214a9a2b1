import type { MetadataDocument, PreRegistration, Registration, TokenAuthMethod } from './identification.ts';
import type { Insistence } from './insists.ts';

// What a client sends, as data. Placeholders are filled in when it is played: {origin} and {path} of the MCP server,
// {challenge} the resource_metadata of the 401, {server} the authorization server that the resource names, {port} a
// loopback port of this run.

export type ScopeSource = 'challenge' | 'resource' | 'server';

export interface ClientProfile {
  /** Client and way of introducing itself: the title of its tests. */
  readonly name: string;
  readonly userAgent?: string;
  /** A page in a browser with this origin: every request obeys CORS, preflights included. */
  readonly browserOrigin?: string;
  /** Revision that it speaks with its token; from 2026-07-28 on without `initialize`. */
  readonly revision: '2025-03-26' | '2025-06-18' | '2025-11-25' | '2026-07-28';
  /** The request that meets the 401. */
  readonly firstRequest: 'POST' | 'GET' | 'HEAD';
  readonly discovery: {
    readonly headers: Readonly<Record<string, string>>;
    /** Places of the resource metadata, in order. The first 200 counts. */
    readonly resource: readonly string[];
    /** Places of the server metadata, in order. None at all: the endpoints are guessed, as 2025-03-26 has it. */
    readonly server: readonly string[];
    /** Asks on after the first 200. */
    readonly asksAll?: boolean;
  };
  readonly identification: Registration | MetadataDocument | PreRegistration;
  readonly authorization: {
    readonly redirectUri: string;
    /** The first of these that names scopes; an empty list sends no scope. */
    readonly scope: readonly ScopeSource[];
    /** Adds `offline_access` when the server lists it, and `prompt=consent` (the TypeScript SDK). */
    readonly offlineAccess?: boolean;
    /** Where the resource parameter comes from. `twice` sends it as both. */
    readonly resource: 'metadata' | 'url' | 'twice' | 'omitted';
    readonly state?: string;
    readonly parameters?: Readonly<Record<string, string>>;
    /** Colons and slashes of the query are sent as they are, which RFC 3986 §3.4 allows. */
    readonly plainUrls?: boolean;
  };
  readonly token: {
    readonly method: TokenAuthMethod;
    readonly resource: boolean;
    readonly refreshResource: boolean;
    /** Repeats at refresh what was granted. */
    readonly refreshScope?: boolean;
  };
  /** What the client requires. */
  readonly insists: readonly Insistence[];
}
