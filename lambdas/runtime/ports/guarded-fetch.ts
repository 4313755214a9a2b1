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
  /** `unreachable` says nothing about the document; `authoritative`: there is no document, or it is not usable. */
  readonly kind: 'authoritative' | 'unreachable';
  readonly reason: FetchFailureReason;
  /** For the log only. Callers outside cannot tell one failure from another, so they cannot map a network through us. */
  readonly detail: string;
}

export interface FetchedDocument {
  readonly ok: true;
  readonly text: string;
  readonly headers: FreshnessHeaders;
}

/** Fetches a document of a client. Never rejects. `maxBytes` caps the decoded body. */
export type GuardedFetch = (url: string, maxBytes: number) => Promise<FetchedDocument | FetchFailure>;
