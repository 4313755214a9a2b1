import type { FreshnessHeaders } from '../../core/clients/document-freshness.ts';

/** Why nothing was read. */
export type FetchFailureReason =
  | 'url'
  | 'local_host'
  | 'special_use_address'
  | 'name_not_found'
  | 'connection'
  | 'timeout'
  | 'busy_or_barred'
  | 'gone'
  | 'status'
  | 'redirect'
  | 'content_type'
  | 'content_encoding'
  | 'not_utf8'
  | 'too_large';

export interface FetchFailure {
  readonly ok: false;
  /** `authoritative`: there is no usable document. `unreachable`: the document may exist, but could not be fetched. */
  readonly kind: 'authoritative' | 'unreachable';
  readonly reason: FetchFailureReason;
  /** For the log only. External callers see all failures alike, so they cannot use this server to scan a network. */
  readonly detail: string;
}

export interface FetchedDocument {
  readonly ok: true;
  readonly text: string;
  readonly headers: FreshnessHeaders;
}

/** Fetches a document of a client. Never rejects. `maxBytes` limits the decoded body. */
export type GuardedFetch = (url: string, maxBytes: number) => Promise<FetchedDocument | FetchFailure>;
