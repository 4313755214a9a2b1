import type { ClientSource, DocumentClient } from '../clients/client.ts';
import type { Language } from '../language.ts';

/** A validated authorization request (RFC 6749 §4.1.1), as sealed into the consent form and stored in the transaction. */
export interface AuthorizationRequest {
  readonly clientId: string;
  readonly clientSource: ClientSource;
  readonly clientName?: string;
  /** When the client's registration expires (epoch seconds), as read by /authorize. Absent: never. */
  readonly clientExpiresAt?: number;
  /** Set if the client's metadata document differs from the stored copy. A completed login stores this one. */
  readonly documentClient?: DocumentClient;
  /** The hash of the client's metadata. Present only if the consent may be remembered. */
  readonly clientFingerprint?: string;
  /** Where the response goes: the requested URI, which matches one that the client registered. */
  readonly redirectUri: string;
  readonly state?: string;
  /** RFC 7636 §4.2, always S256. */
  readonly codeChallenge: string;
  /** The requested scopes that this server knows, in the requested order. */
  readonly scopes: readonly string[];
  /** The requested scopes that this server did not know. Absent if there were none. */
  readonly droppedScopes?: readonly string[];
  /** Those of them that the server requires and the client did not ask for. Absent if there are none. */
  readonly addedScopes?: readonly string[];
  /** Scopes that others of these imply and that are not among them. Absent if there are none. */
  readonly impliedScopes?: readonly string[];
  /** The protected resource (RFC 8707), in canonical form. */
  readonly resource: string;
  /** The language of the pages that the client asked for (`ui_locales`). Absent: the browser's. */
  readonly language?: Language;
}

/** A login in progress. It holds no secret: state, nonce, verifier and cookie are derived. */
interface AnyTransaction {
  /** Random. After the consent form, it is the id of the form's seal, so that one form leads to one transaction. */
  readonly transactionId: string;
  readonly identityProviderId: string;
  /** `approved`: waiting for the provider's response. `exchanging`: the upstream code was redeemed, or is about to be. */
  readonly status: 'approved' | 'exchanging';
  /** Number of the attempt at the provider. Every attempt has its own state, nonce and verifier. */
  readonly leg: number;
  /** Id of the sealing key from which this transaction's secrets are derived. */
  readonly sealingKeyId: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** A login that a client requested and the user approved, from `/consent` to `/callback`. */
export interface AuthorizationTransaction extends AnyTransaction {
  readonly purpose?: never;
  readonly request: AuthorizationRequest;
  /** The user does not want to be asked for this consent again. */
  readonly remember?: boolean;
  /** Set if the form was skipped because of this user's remembered consent. No other user may complete the login. */
  readonly rememberedSubject?: string;
}

/** A login to the connections page, in which no client takes part. */
export interface ConnectionsTransaction extends AnyTransaction {
  readonly purpose: 'connections';
  readonly request?: never;
}

export type Transaction = AuthorizationTransaction | ConnectionsTransaction;

/** A form to which the user said no. It says so until the form expires, and nothing about the request. */
export interface DeniedForm {
  /** The id of the form's seal. */
  readonly transactionId: string;
  readonly status: 'denied';
  /** Epoch seconds. */
  readonly expiresAt: number;
}
